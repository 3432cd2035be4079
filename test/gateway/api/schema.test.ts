import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type GraphQLSchema, isEnumType, isObjectType, isScalarType, lexicographicSortSchema, printSchema } from "graphql";
import { guarded } from "../../../gateway/api/guard.js";
import { apiSchema } from "../../../gateway/api/schema.js";
import { fieldRules, restrictedIn } from "../../../gateway/auth/field-rules.js";
import { enumValueNames } from "../../../schema/names.js";
import { catalog } from "../../../schema/catalog.js";
import { totesys } from "../../support/totesys.js";
import { entity, choice, date, int32, int64, nullable, reference, string } from "../../support/declare.js";

const limits = { usual: 20, most: 100 };
const api = apiSchema(totesys, limits);
const fields = (of: GraphQLSchema) => Object.values(of.getTypeMap()).filter(isObjectType).filter(({ name }) => !name.startsWith("__"))
  .flatMap((type) => Object.values(type.getFields()).map((field) => ({ path: `${type.name}.${field.name}`, field })));

test("the API of totesys is the one written down in schema.graphql", () => {
  // When a change of it is meant, write the new one there: partners read the difference.
  expect(`${printSchema(lexicographicSortSchema(api))}\n`).toBe(readFileSync(join(__dirname, "schema.graphql"), "utf8"));
});

test("every type, field and argument is described", () => {
  const types = Object.values(api.getTypeMap()).filter((type) => !type.name.startsWith("__") && type.name !== "Query");
  expect(
    types.filter((type) => (isObjectType(type) || isEnumType(type) || isScalarType(type)) && !type.description).map(({ name }) => name),
  ).toEqual([]);
  expect(fields(api).filter(({ field }) => !field.description).map(({ path }) => path)).toEqual([]);
  expect(
    fields(api).flatMap(({ path, field }) => field.args.filter((arg) => !arg.description).map((arg) => `${path}(${arg.name})`)),
  ).toEqual([]);
});

describe("invariant 6: a field without a rule does not start", () => {
  test("every field of the API has a rule, and what some role is denied can be null", () => {
    const rules = fieldRules(totesys);
    expect(fields(api).map(({ path }) => path).sort()).toEqual([...rules.keys()].sort());
    const isRestricted = restrictedIn(totesys);
    const restricted = fields(api).filter(({ path }) => isRestricted(rules.get(path)!));
    expect(restricted.length).toBeGreaterThan(20);
    expect(restricted.filter(({ field }) => field.type.toString().endsWith("!")).map(({ path }) => path)).toEqual([]);
  });

  test("a field without a rule, or a rule without a field, is named", () => {
    const rules = new Map(fieldRules(totesys));
    rules.delete("SalesOrder.unitPrice");
    rules.set("SalesOrder.discount", ["public"]);
    expect(() => guarded(api, rules, totesys)).toThrow(
      /SalesOrder\.unitPrice has no rule\n.*the rule of SalesOrder\.discount has no field/,
    );
  });
});

describe("any catalog becomes an API", () => {
  const part = entity("part", {
    description: "A part.", key: ["part_id", "side"], owner: { kind: "everyone" },
    fields: {
      part_id: int64("public", "Number."), side: choice(["left-hand", "2 sided"], "public", "Side."), weight: int64("public", "Grams."),
    },
  });
  const box = entity("box", {
    description: "A box.", key: ["box_id"], owner: { kind: "everyone" },
    fields: {
      box_id: int64("public", "Number."), inside: nullable(reference({ table: "box" }, "public", "The box it is in.")),
      rank: int32("public", "Rank."), made_on: date("public", "Day."), state: choice(["open", "shut"], "internal", "State."),
    },
    lookups: [{ name: "boxes", by: "inside", orderBy: "rank", direction: "asc", description: "What is in it." }],
  });

  test("of composite keys, self-references, odd choices and references without _id", () => {
    const sdl = printSchema(apiSchema(catalog([part, box], totesys), limits));
    for (const line of [
      "enum PartSide {", "  LEFT_HAND", "  _2_SIDED", "  weight: Long!", "  inside: ID\n", "  insideBox: Box\n", "  state: BoxState\n",
      "  madeOn: Date!", "    partId: ID!", "    side: String!",
    ]) {
      expect(sdl).toContain(line);
    }
    expect(printSchema(lexicographicSortSchema(apiSchema(totesys, limits)))).toBe(printSchema(lexicographicSortSchema(api)));
  });

  test("the values of an enumeration have names of their own, and one more at the end renames none", () => {
    const named = (...values: string[]) => Object.fromEntries(enumValueNames({ kind: "choice", values }));
    expect(named("in-progress", "in_progress", "IN PROGRESS", "", "2", "日本", "本", "__x")).toEqual({
      IN_PROGRESS: "in-progress", IN_PROGRESS_2: "in_progress", IN_PROGRESS_3: "IN PROGRESS",
      _EMPTY: "", _2: "2", _: "日本", _3: "本", _X: "__x",
    });
    expect(named("a b", "a-b", "c")).toEqual({ ...named("a b", "a-b"), C: "c" });
  });

  test("unless two things would have one name", () => {
    const clash = entity("page_info", {
      description: "Clashes.", key: ["id"], owner: { kind: "everyone" },
      fields: {
        id: int64("public", "Id."), box_id: reference(box, "public", "A box."), box: int32("public", "Not a box."),
        t: string(3, "public", "T."),
      },
    });
    expect(() => apiSchema(catalog([part, box, clash], totesys), limits)).toThrow(
      /two types would be called PageInfo: [^\n]*\n.*two fields of PageInfo would be called box/);
  });
});
