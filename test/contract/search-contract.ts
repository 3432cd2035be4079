import type { Entity, Row } from "../../schema/entity.js";
import type { SearchHit, SearchSlice, SearchTarget } from "../../stores/ports.js";
import { totesys } from "../support/totesys.js";
import { created, deleted, nextId, signal, updated } from "./changes.js";
import { counterpartyRow, designRow, staffRow } from "./entities.js";
import { oddTexts } from "./odd-texts.js";
import type { Bench } from "./store-contract.js";

const [counterparty, design, staff, payment] = [
  "counterparty", "design", "staff", "payment",
].map(totesys.entity) as [Entity, Entity, Entity, Entity];
const within = (entity: Entity, fields = entity.search, scope: SearchTarget["scope"] = null): SearchTarget => ({ entity, fields, scope });
const names = within(counterparty, ["counterparty_legal_name"]);

export function searchContract(bench: () => Bench): void {
  const capable = (promise: string, body: () => Promise<void>) =>
    test(promise, async () => (bench().capabilities.search ? body() : expect(bench().store.search).toBeUndefined()));
  const store = async (of: Entity, ...rows: Row[]) => {
    await bench().writer.write(rows.map((row) => created(of, row)), signal);
    await bench().settle();
  };
  const named = (name: string, values: Row = {}) => counterpartyRow(nextId(), { counterparty_legal_name: name, ...values });
  const search = (text: string, targets: readonly SearchTarget[], limit = 50, after: string | null = null): Promise<SearchSlice> =>
    bench().store.search!.search({ text, targets, limit, after });
  const found = async (
    text: string, ...targets: SearchTarget[]
  ) => (await search(text, targets)).hits.map(({ row }) => row).toSorted(byFirst);

  capable("a word is found whatever its case, with the whole row", async () => {
    const [row, other] = [named("Quernstone Ltd"), named("Basalt Ltd")];
    await store(counterparty, row, other);
    for (const text of ["quernstone", "QUERNSTONE", " Quernstone "]) expect(await found(text, names)).toEqual([row]);
    expect(await found("nowordlikethis", names)).toEqual([]);
  });

  capable("text of any script, numbers and addresses are found as typed", async () => {
    const row = named("Żółć 東京 GmbH", { commercial_contact: "O'Hanrahan-Vasquez" });
    const person = staffRow(nextId(), { email_address: "ann.petrov+x@mail.example.org" });
    const large = { ...paid(), payment_id: "9007199254740993" };
    await store(counterparty, row);
    await store(staff, person);
    await store(payment, large);
    for (const text of ["żółć", "東京", "O'Hanrahan-Vasquez"]) expect(await found(text, within(counterparty))).toEqual([row]);
    expect(await found("ann.petrov+x@mail.example.org", within(staff))).toEqual([person]);
    expect(await found("9007199254740993", within(payment))).toEqual([large]);
  });

  capable("invariant 6: nothing is found through a field that is not named, nor by prefix, nor by a near miss", async () => {
    const row = named("Openfacade Ltd", { commercial_contact: "Zebulon Hidden" });
    await store(counterparty, row);
    for (const text of ["zebulon", "zebul", "zebulin", "openfacade zebulon"]) {
      expect(await found(text, names)).toEqual([]);
      expect(await found(text, within(counterparty))).toEqual([row]);
    }
    expect(await found("openfacade", within(counterparty, []))).toEqual([]);
    expect(await found("openfacade")).toEqual([]);
  });

  capable("one query looks into several entities, each in its own fields", async () => {
    const row = named("Marigold Weavers");
    const pattern = designRow(nextId(), { design_name: "Marigold", file_name: "secretmarigold.json" });
    await store(counterparty, row, named("Someone", { delivery_contact: "Marigold Jones" }));
    await store(design, pattern, designRow(nextId(), { design_name: "Other", file_name: "marigold" }));
    const { hits, more } = await search("marigold", [names, within(design, ["design_name"])]);
    expect(hits.map((hit) => [hit.entity.table, hit.row] as const).toSorted((a, b) => (a[0] < b[0] ? -1 : 1))).toEqual([
      ["counterparty", row], ["design", pattern],
    ]);
    expect(more).toBe(false);
    expect(hits.map((hit) => hit.score)).toEqual(hits.map((hit) => hit.score).toSorted((a, b) => b - a));
  });

  capable("invariant 6: highlights show what matched in named fields, as safe HTML", async () => {
    const text = "<script>alert(\"x\")</script> & <em>Tourmaline</em> 'Co'";
    await store(counterparty, named(text, { commercial_contact: "Tourmaline Person", delivery_contact: "Someone" }));
    const [hit] = (await search("tourmaline", [within(counterparty, ["counterparty_legal_name", "delivery_contact"])])).hits as [SearchHit];
    expect(hit.highlights.map((highlight) => highlight.field)).toEqual(["counterparty_legal_name"]);
    const { snippet } = hit.highlights[0]!;
    expect(snippet).toContain("<em>Tourmaline</em>");
    const outside = snippet.replace("<em>Tourmaline</em>", "Tourmaline");
    expect(outside).not.toMatch(/[<>]/);
    expect(text).toContain(shownBy(outside));
  });

  capable("a scope shows only rows with that value", async () => {
    const [mine, theirs] = [named("Larkspur One"), named("Larkspur Two")];
    await store(counterparty, mine, theirs);
    const scoped = (value: string | null) => within(counterparty, counterparty.search, { field: "counterparty_id", value });
    expect(await found("larkspur", scoped(mine.counterparty_id as string))).toEqual([mine]);
    expect(await found("larkspur", scoped("4242424242"))).toEqual([]);
    expect(await found("larkspur", scoped(null))).toEqual([]);
    expect((await search("larkspur", [scoped(mine.counterparty_id as string)])).more).toBe(false);
  });

  capable("the last word may be its beginning", async () => {
    const row = named("Chrysanthemum Importers");
    await store(counterparty, row);
    for (const text of ["chrysan", "chrysanthemum impo", "importers chrysanth"]) expect(await found(text, names)).toEqual([row]);
  });

  capable("one typing error in a word is forgiven", async () => {
    const row = named("Windmill Tortoise");
    await store(counterparty, row);
    for (const text of ["tortise", "tortooise", "tortaise", "totroise", "windmil tortoise", "windmall tortaise"]) {
      expect([text, await found(text, names)]).toEqual([text, [row]]);
    }
  });

  capable("all words must occur, in one field or in several", async () => {
    const row = named("Juniper Hollow", { commercial_contact: "Bartholomew Quill" });
    await store(counterparty, row, named("Juniper Ridge"), named("Hollow Ridge"));
    expect(await found("hollow juniper", names)).toEqual([row]);
    expect(await found("juniper bartholomew", within(counterparty))).toEqual([row]);
    expect(await found("juniper bartholomew", names)).toEqual([]);
    expect(await found("juniper hollow nowhereatall", names)).toEqual([]);
  });

  capable("pages visit each hit once, the best first", async () => {
    const rows = Array.from({ length: 11 }, (_, i) => named(`Pelican ${"filler ".repeat(i % 3)}Number`));
    const patterns = Array.from({ length: 6 }, () => designRow(nextId(), { design_name: "Pelican" }));
    await store(counterparty, ...rows);
    await store(design, ...patterns);
    const targets = [names, within(design, ["design_name"])];
    const all = await search("pelican", targets);
    expect([all.hits.length, all.more]).toEqual([17, false]);
    for (const limit of [1, 4, 17]) {
      const hits: SearchHit[] = [];
      let more = true;
      for (let pages = 0; more && pages < 20; pages++) {
        const slice = await search("pelican", targets, limit, hits.at(-1)?.cursor ?? null);
        hits.push(...slice.hits);
        more = slice.more;
      }
      expect(hits.map(({ row }) => row)).toEqual(all.hits.map(({ row }) => row));
    }
  });

  capable("a cursor of another search is refused by name", async () => {
    await store(counterparty, named("Cursor Row"));
    const strange = ["", "made up", ...[
      [1], { a: 1 }, [true, 1, 7, "1"], [true, 1, 0, 1], [true, 1, 0, "x"], [false, 1, 0, "9".repeat(19)],
    ].map((value) =>
      Buffer.from(JSON.stringify(value)).toString("base64url"))];
    for (const after of strange) await expect(search("cursor", [names], 1, after)).rejects.toThrow(RangeError);
  });

  capable("operators, quotes and asterisks are plain text", async () => {
    const row = named("Hornbeam Joinery");
    await store(counterparty, row);
    for (const text of [
      "\"hornbeam", "hornbeam*", "+hornbeam", "-hornbeam", "(hornbeam", "^hornbeam", "hornbeam/", "{hornbeam}:", "'hornbeam'",
    ]) {
      expect([text, await found(text, names)]).toEqual([text, [row]]);
    }
    for (const text of [
      "hornbeam OR wistaria", "hornbeam NOT wistaria", "hornbeam || wistaria", "* NOT wistaria", "hornbeam AND joinery",
      "commercial_contact:hornbeam",
    ]) {
      expect([text, await found(text, names)]).toEqual([text, []]);
    }
  });

  capable("odd text is never an error, and no text finds nothing", async () => {
    await store(counterparty, named("Odd Inputs"));
    for (const text of oddTexts) expect(Array.isArray((await search(text, [within(counterparty), within(staff)])).hits)).toBe(true);
    for (const text of ["", "   ", "\t\n", "***", "\"\"", "--", "\u0000"]) {
      expect(await search(text, [within(counterparty), within(staff)])).toEqual({ hits: [], more: false });
    }
  });

  capable("a row is found by its present text, and not at all once deleted", async () => {
    const row = named("Foxglove", { commercial_contact: "Cartwright" });
    const after = { ...row, counterparty_legal_name: "Buttercup", commercial_contact: null };
    await store(counterparty, row);
    await bench().writer.write([updated(counterparty, row, after)], signal);
    await bench().settle();
    expect([await found("foxglove", within(counterparty)), await found("cartwright", within(counterparty))]).toEqual([[], []]);
    expect(await found("buttercup", names)).toEqual([after]);
    await bench().writer.write([deleted(counterparty, after)], signal);
    await bench().settle();
    expect(await found("buttercup", names)).toEqual([]);
  });
}

const byFirst = (a: Row, b: Row) => Number(Object.values(a)[0]) - Number(Object.values(b)[0]);

/** What a browser shows for HTML without elements. */
function shownBy(html: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: "\"", apos: "'" };
  return html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, digits?: string, name?: string) =>
    (hex ? String.fromCodePoint(parseInt(hex, 16)) : digits ? String.fromCodePoint(Number(digits)) : named[name ?? ""] ?? whole));
}

const paid = (): Row => ({
  payment_id: nextId(), transaction_id: "1", counterparty_id: "1", payment_amount: "1.00", currency_id: "1", payment_type_id: "1",
  paid: true,
  payment_date: "2026-01-01", company_ac_number: "GB1", counterparty_ac_number: "GB2",
  created_at: "2026-01-05T10:00:00.000001Z", last_updated: "2026-01-05T10:00:00.000002Z",
});
