import type { Entity, Row } from "../../schema/entity.js";
import type { SearchTarget } from "../../stores/ports.js";
import { totesys } from "../support/totesys.js";
import { created, nextId, signal } from "./changes.js";
import { counterpartyRow } from "./entities.js";
import type { Bench } from "./store-contract.js";

const counterparty: Entity = totesys.entity("counterparty");
const names: SearchTarget = { entity: counterparty, fields: ["counterparty_legal_name"], scope: null };

/** A text, queries that find it, queries that do not, and what the first query marks. */
interface Sample { readonly text: string; readonly by: readonly string[]; readonly not: readonly string[]; readonly marked: string }

const languages: readonly Sample[] = [
  { text: "蓝色设计手册有限公司", by: ["设计", "手册", "设", "司", "色设计手", "蓝色设计手册有限公司"], not: ["设手", "计设"], marked: "蓝色<em>设计</em>手册有限公司" },
  { text: "주식회사 한국어설계", by: ["국어설", "설계", "한", "회사 설계"], not: ["계설"], marked: "주식회사 한<em>국어설</em>계" },
  { text: "บริษัทผ้าไหมไทย", by: ["ผ้าไหม", "ไทย", "บริษัท"], not: ["ยทไ"], marked: "บริษัท<em>ผ้าไหม</em>ไทย" },
  {
    text: "Bäckerstraße Wollspinnerei", by: ["backerstrasse", "BÄCKERSTRASSE", "bäckerstraße", "backerstr"], not: ["strasse"],
    marked: "<em>Bäckerstraße</em> Wollspinnerei",
  },
  {
    text: "ΝΑΥΤΙΛΙΑΚΗ ΟΔΥΣΣΕΥΣ", by: ["οδυσσεύς", "ΟΔΥΣΣΕΎΣ", "οδυσσευσ", "ναυτιλιακή"], not: ["πηνελόπη"],
    marked: "ΝΑΥΤΙΛΙΑΚΗ <em>ΟΔΥΣΣΕΥΣ</em>",
  },
  {
    text: "İpekçilik Iğdır", by: ["ipekcilik", "İPEKÇİLİK", "IPEKCILIK", "ığdır", "igdir"], not: ["igdr igdr2"],
    marked: "<em>İpekçilik</em> Iğdır",
  },
  { text: "Zeugdruck 🧶 und Filz", by: ["🧶", "🧶 zeugdruck"], not: ["🗿"], marked: "Zeugdruck <em>🧶</em> und Filz" },
  {
    text: "Wildblumen & <b>old, C++ and 50% a_b Corduroy", by: ["wildb*", "<b>", "C++", "50%", "a_b corduroy", "<b>old"],
    not: ["501%", "wild?", "Cd"], marked: "<em>Wildblumen</em> &amp; &lt;b&gt;old, C++ and 50% a_b Corduroy",
  },
  {
    text: "Conall O'Neilson", by: ["o'neilson", "O’Neilson", "o neilson conall", "neilson"], not: ["oneilsonx"],
    marked: "Conall <em>O</em>&#39;<em>Neilson</em>",
  },
  {
    text: `Longword ${"q".repeat(110)}`, by: ["q".repeat(110), "q".repeat(40), "q".repeat(1_000)], not: ["q".repeat(99) + "r"],
    marked: `Longword <em>${"q".repeat(110)}</em>`,
  },
  {
    text: "Cre\u0301merie Ve\u0301ronique", by: ["crémerie", "cremerie", "VÉRONIQUE"], not: ["xcremerie"],
    marked: "<em>Cre\u0301merie</em> Ve\u0301ronique",
  },
];

/** Texts that people write in many scripts are found as they type them, the same in every store. */
export function languageContract(bench: () => Bench): void {
  const search = async (text: string) => (await bench().store.search!.search({ text, targets: [names], limit: 50, after: null })).hits;
  const capable = (promise: string, body: () => Promise<void>) =>
    test(promise, async () => (bench().capabilities.search ? body() : expect(bench().store.search).toBeUndefined()));
  const store = async (name: string): Promise<Row> => {
    const row = counterpartyRow(nextId(), { counterparty_legal_name: name });
    await bench().writer.write([created(counterparty, row)], signal);
    await bench().settle();
    return row;
  };

  for (const { text, by, not, marked } of languages) {
    capable(`"${text.slice(0, 40)}" is found by ${by.map((query) => query.slice(0, 20)).join(" · ")}`, async () => {
      const row = await store(text);
      for (const query of by) expect([query, (await search(query)).map((hit) => hit.row)]).toEqual([query, expect.arrayContaining([row])]);
      for (const query of not) expect([query, (await search(query)).map((hit) => hit.row)]).toEqual([
        query, expect.not.arrayContaining([row]),
      ]);
      const hit = (await search(by[0]!)).find((found) => found.row.counterparty_id === row.counterparty_id);
      expect(hit?.highlights).toEqual([{ field: "counterparty_legal_name", snippet: marked }]);
    });
  }

  capable("shorter texts stand first, and texts of the same length by key, in every store", async () => {
    const rows = [];
    for (const name of ["Gannet and Partners", "Gannet 11", "Gannet 10", "Gannets"]) rows.push(await store(name));
    expect((await search("gannet")).map((hit) => hit.row)).toEqual([rows[3], rows[1], rows[2], rows[0]]);
  });

  capable("invariant 6: neither hits, scores, highlights nor what is forgiven depend on rows outside the scope", async () => {
    const own = await store("Plinthworks of Osterley");
    const target = { ...names, scope: { field: "counterparty_id", value: own.counterparty_id! } };
    const answers = async () => Promise.all(["plinthwarks", "plinthw", "plinthworks osterlay", "oster"].map(async (text) =>
      (await bench().store.search!.search({
        text, targets: [target], limit: 9, after: null,
      })).hits.map(({ row, score, highlights }) => ({ row, score, highlights }))));
    const before = await answers();
    expect(before.map((hits) => hits.length)).toEqual([1, 1, 1, 1]);
    const letters = "abcdefghijklmnopqrstuvwxyz";
    // Hundreds of other words, each in many foreign rows, are one error away from the query, and hundreds begin with it.
    const near = [...letters].flatMap((letter) => [
      `plinthwa${letter}ks`, `plinth${letter}arks`, `plin${letter}hwarks`, `plinthwark${letter}`, `osterla${letter}`,
    ]);
    const begun = [...letters].flatMap((a) => [...letters].map((b) => `plinthw${a}${b} oster${b}${a}`));
    const foreign = [...near, ...near, ...begun].map((name) => created(
      counterparty, counterpartyRow(nextId(), { counterparty_legal_name: `${name} Osterley` }),
    ));
    await bench().writer.write(foreign, signal);
    await bench().settle();
    expect(await answers()).toEqual(before);
  });

  capable("a search whose caller has gone ends with the reason why", async () => {
    const gone = new AbortController();
    const query = { text: "anything", targets: [names], limit: 9, after: null };
    const asked = bench().store.search!.search(query, gone.signal);
    gone.abort(new Error("the client is gone"));
    await expect(asked).rejects.toThrow("the client is gone");
    await expect(bench().store.search!.search(query, gone.signal)).rejects.toThrow("the client is gone");
    expect((await search("anything")).length).toBeGreaterThanOrEqual(0);
  });
}
