import type { Store, TableSink, Writer } from "../../stores/ports.js";
import { auditContract } from "./audit-contract.js";
import { contractCatalog } from "./entities.js";
import { languageContract } from "./language-contract.js";
import { letterContract } from "./letter-contract.js";
import { lookupContract } from "./lookup-contract.js";
import { prepareContract } from "./prepare-contract.js";
import { progressContract } from "./progress-contract.js";
import { refusalContract } from "./refusal-contract.js";
import { rowContract } from "./row-contract.js";
import { searchContract } from "./search-contract.js";
import { sweepContract } from "./sweep-contract.js";

/** An engine at a place that is new. */
export interface Subject {
  readonly sink: TableSink;
  readonly store: Store;
  readonly capabilities: {
    /** Rows by key and lists of lookups: the store has `rows`. */
    readonly rows: boolean;
    /** The store has `search`. */
    readonly search: boolean;
  };
  /** Makes what was written visible to readers, if the engine does that later: a search index's refresh. */
  settle?(): Promise<void>;
  /** Opens the same place once more, as after a restart, perhaps for a pipeline of another name. The suite disposes both. */
  reopen(name?: string): Promise<{ readonly sink: TableSink; readonly store: Store }>;
  /** Closes the sink and the store and removes the place. */
  dispose(): Promise<void>;
}

/** How the parts of the contract reach what they test; valid inside a test only. */
export interface Bench extends Subject {
  /** Of `contractCatalog`. */
  readonly writer: Writer;
  settle(): Promise<void>;
}

/** The promises of every store engine. Call it once in a test file. */
export function storeContract(name: string, open: () => Promise<Subject>): void {
  describe(`store contract: ${name}`, () => {
    jest.setTimeout(120_000);
    let subject: (Subject & Pick<Bench, "writer">) | undefined;
    const bench = (): Bench => {
      if (!subject) throw new Error("the engine under contract did not open");
      const opened = subject;
      return { ...opened, settle: async () => opened.settle?.() };
    };

    beforeAll(async () => {
      const opened = await open();
      subject = { ...opened, writer: await opened.sink.prepare(contractCatalog) };
    });
    afterAll(async () => subject?.dispose());

    test("offers what it says it can", () => {
      const { store, capabilities } = bench();
      expect({ rows: store.rows !== undefined, search: store.search !== undefined }).toEqual(capabilities);
      expect(store.name).toBe(bench().sink.name);
    });

    describe("progress", () => progressContract(bench));
    describe("prepare", () => prepareContract(bench));
    describe("rows", () => rowContract(bench));
    describe("refusals", () => refusalContract(bench));
    describe("lookups", () => lookupContract(bench));
    describe("sweep", () => sweepContract(bench));
    describe("dead letters", () => letterContract(bench));
    describe("audit", () => auditContract(bench));
    describe("search", () => searchContract(bench));
    describe("languages", () => languageContract(bench));
  });
}
