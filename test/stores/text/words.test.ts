import fc from "fast-check";
import { fold } from "../../../stores/text/fold.js";
import { snippetOf } from "../../../stores/text/highlights.js";
import { wordsOf } from "../../../stores/text/query.js";
import { piecesOf, termsOf } from "../../../stores/text/words.js";

test.each([
  ["Straße STRASSE strasse Straẞe", "strasse"], ["ΟΔΥΣΣΕΥΣ οδυσσεύς Οδυσσεύσ", "οδυσσευσ"],
  ["İSTANBUL istanbul ıstanbul ISTANBUL", "istanbul"],
  ["Żółć zolc ŻÓŁĆ zo\u0301łc\u0301", "zolc"], ["Ｈｅｒｏｎ ℌeron heron", "heron"], ["ﬃ ffi", "ffi"], ["co\u00adoperate cooperate", "cooperate"],
])("the spellings %s are one term", (text, term) => {
  expect([...new Set(termsOf(text))]).toEqual([term]);
});

test("a run that is written without spaces is found by each of its parts", () => {
  for (const run of ["蓝色设计手册", "한국어설계", "ภาษาไทย", "カタカナーひらがな"]) {
    const terms = new Set(termsOf(`x ${run} y`));
    const letters = Array.from(new Intl.Segmenter("und", { granularity: "grapheme" }).segment(run), ({ segment }) => segment);
    for (let from = 0; from < letters.length; from++) {
      for (let to = from + 1; to <= letters.length; to++) {
        const part = letters.slice(from, to).join("");
        expect([part, wordsOf(part).filter(({ term }) => !terms.has(term))]).toEqual([part, []]);
      }
    }
  }
});

test("whatever a text holds, its terms are letters and digits, no longer than an engine takes, and found by the text itself", () => {
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 60 }), (text) => {
    const terms = termsOf(text);
    expect(terms.filter((term) => !/^(?:[\p{L}\p{N}\p{M}\p{Co}]+|\p{Extended_Pictographic})$/u.test(term))).toEqual([]);
    expect(terms).toEqual(Array.from(piecesOf(text), ({ term }) => term));
    expect(wordsOf(text).filter(({ term }) => !terms.includes(term))).toEqual([]);
    expect(fold(fold(text))).toBe(fold(text));
  }), { numRuns: 2_000 });
  expect(termsOf("x".repeat(5_000))).toEqual(["x".repeat(100)]);
});

test("the last word may be begun, unless a sign stands after it; an asterisk asks for it", () => {
  const begun = (text: string) => wordsOf(text).filter((word) => word.begun).map(({ term }) => term);
  expect(["wild", "wild ", "wild*", "a wild*  "].map(begun)).toEqual([["wild"], ["wild"], ["wild"], ["wild"]]);
  expect(["C++", "50%", "<b>", "wild?", "ham ham", "设计", "🗿"].map(begun)).toEqual([[], [], [], [], [], [], []]);
});

test("a query of too many words finds nothing, rather than rows with some of them", () => {
  expect(wordsOf(Array.from({ length: 32 }, (_, i) => `w${i}`).join(" "))).toHaveLength(32);
  expect(wordsOf(Array.from({ length: 33 }, (_, i) => `w${i}`).join(" "))).toEqual([]);
  expect(wordsOf("a ".repeat(1000))).toEqual([{ term: "a", begun: false, forgiving: false }]);
  expect(wordsOf(Array.from({ length: 200 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(""))).toHaveLength(199);
  expect(wordsOf(Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0x4e00 + i)).join(""))).toEqual([]);
});

test("highlights mark whole words and parts of runs, and cut a long text to where the first is", () => {
  const snippet = (text: string, query: string, forgiven = false) => snippetOf(text, wordsOf(query), forgiven);
  expect(snippet("我的蓝色设计手册 <b>", "设计手")).toBe("我的蓝色<em>设计手</em>册 &lt;b&gt;");
  expect(snippet("Die Straße & der 'Platz'", "strasse pla")).toBe("Die <em>Straße</em> &amp; der &#39;<em>Platz</em>&#39;");
  expect(snippet("a heron", "herom")).toBeNull();
  expect(snippet("a heron", "herom", true)).toBe("a <em>heron</em>");
  const long = snippet(`${"Nothing happens here. ".repeat(100)}Then the heron returns. ${"Nothing happens again. ".repeat(100)}`, "heron")!;
  expect(long).toMatch(/^….*Then the <em>heron<\/em> returns\..*…$/);
  expect(long.length).toBeLessThan(300);
  expect(snippet("x".repeat(5_000), "xx")).toBe(`<em>${"x".repeat(200)}</em>…`);
});
