import { catalog } from "../../schema/catalog.js";
import type { Entity, Row } from "../../schema/entity.js";
import { totesys } from "../support/totesys.js";
import { entity, boolean, choice, date, decimal, int32, int64, nullable, reference, string, timestamp } from "../support/declare.js";

export const shelf = entity("shelf", {
  description: "What lookups lead from.",
  key: ["shelf_id"],
  fields: { shelf_id: int64("public", "Identifies the shelf."), label: string(60, "public", "What is written on it.") },
  owner: { kind: "everyone" },
});

/** Every kind of field, with and without NULL, and a lookup for each kind of order. */
export const specimen = entity("specimen", {
  description: "A row with every kind of field.",
  key: ["specimen_id"],
  fields: {
    specimen_id: int64("public", "Identifies the specimen."),
    shelf_id: nullable(reference(shelf, "public", "Where it stands.")),
    former_shelf_id: nullable(reference(shelf, "public", "Where it stood before.")),
    home_shelf_id: nullable(reference(shelf, "public", "Where it belongs.")),
    whole: int64("public", "A 64-bit number."),
    rank: int32("public", "A 32-bit number."),
    amount: decimal(65, 30, "public", "The widest exact number MySQL has."),
    wide: decimal(20, 0, "public", "An unsigned 64-bit number."),
    text: string(4000, "public", "A text."),
    flag: boolean("public", "A truth value."),
    day: date("public", "A day."),
    seen_at: timestamp("public", "A moment."),
    kind: choice(["STONE", "PLANT", "a, 'b'"], "public", "One of three."),
    maybe_whole: nullable(int64("public", "A 64-bit number or nothing.")),
    maybe_rank: nullable(int32("public", "A 32-bit number or nothing.")),
    maybe_amount: nullable(decimal(10, 2, "public", "An exact number or nothing.")),
    maybe_text: nullable(string(100, "public", "A text or nothing.")),
    maybe_flag: nullable(boolean("public", "A truth value or nothing.")),
    maybe_day: nullable(date("public", "A day or nothing.")),
    maybe_seen_at: nullable(timestamp("public", "A moment or nothing.")),
    maybe_kind: nullable(choice(["YES", "NO"], "public", "One of two or nothing.")),
  },
  owner: { kind: "everyone" },
  lookups: [
    { name: "specimens", by: "shelf_id", orderBy: "rank", direction: "asc", description: "By rank, lowest first." },
    { name: "formerSpecimens", by: "former_shelf_id", orderBy: "seen_at", direction: "desc", description: "Newest first." },
    { name: "homeSpecimens", by: "home_shelf_id", orderBy: "whole", direction: "desc", description: "Greatest first." },
  ],
});

/** A key of two fields; its lookup is by one of them. */
export const sample = entity("sample", {
  description: "A piece of a specimen.",
  key: ["specimen_id", "part"],
  fields: {
    specimen_id: reference(specimen, "public", "What it was taken from."),
    part: string(40, "public", "Which piece."),
    taken_on: date("public", "When it was taken."),
    note: nullable(string(200, "public", "What was noted.")),
  },
  owner: { kind: "everyone" },
  lookups: [
    { name: "samples", by: "specimen_id", orderBy: "taken_on", direction: "desc", description: "Newest first." },
  ],
  search: ["part", "note"],
});

/** The contract sweeps this entity, so that other tests keep their rows. */
export const crate = entity("crate", {
  description: "What is swept.",
  key: ["crate_id"],
  fields: {
    crate_id: int64("public", "Identifies the crate."),
    shelf_id: reference(shelf, "public", "Where it stands."),
    placed_at: timestamp("public", "Since when."),
    label: string(60, "public", "What is written on it."),
  },
  owner: { kind: "everyone" },
  lookups: [{ name: "crates", by: "shelf_id", orderBy: "placed_at", direction: "desc", description: "Newest first." }],
  search: ["label"],
});

/** The tests of `prepare` declare this entity again, wider or otherwise. */
const drawerFields = {
  drawer_id: int64("public", "Identifies the drawer."),
  code: string(40, "public", "Its code."),
  depth: int32("public", "Its depth in millimetres."),
};
const drawn = { description: "What is redeclared.", owner: { kind: "everyone" } } as const;

export const drawer = entity("drawer", { ...drawn, key: ["drawer_id"], fields: drawerFields, search: ["code"] });
export const rekeyedDrawer = entity("drawer", { ...drawn, key: ["drawer_id", "code"], fields: drawerFields, search: ["code"] });
export const retypedDrawer = entity("drawer", {
  ...drawn, key: ["drawer_id"], fields: { ...drawerFields, depth: date("public", "No depth at all.") }, search: ["code"],
});
export const widerDrawer = entity("drawer", {
  ...drawn, key: ["drawer_id"], fields: { ...drawerFields, colour: nullable(string(20, "public", "Its colour.")) },
  search: ["code", "colour"],
});

/** The catalog that every engine under contract is opened with: totesys and the entities above. */
export const contractCatalog = catalogWith(drawer);

export function catalogWith(redeclared: Entity): ReturnType<typeof catalog> {
  return catalog([...totesys.entities, shelf, specimen, sample, crate, redeclared]);
}

/** A specimen of plain values, with what a test says about it. */
export function specimenRow(specimen_id: string, values: Row = {}): Row {
  return {
    specimen_id, shelf_id: null, former_shelf_id: null, home_shelf_id: null,
    whole: "0", rank: 0, amount: "1.500000000000000000000000000000", wide: "7", text: "plain", flag: false,
    day: "2026-02-28", seen_at: "2026-02-28T09:30:00.000000Z", kind: "STONE",
    maybe_whole: null, maybe_rank: null, maybe_amount: null, maybe_text: null, maybe_flag: null,
    maybe_day: null, maybe_seen_at: null, maybe_kind: null,
    ...values,
  };
}

const stamps = { created_at: "2026-01-05T10:00:00.000001Z", last_updated: "2026-01-05T10:00:00.000002Z" };

export const counterpartyRow = (counterparty_id: string, values: Row): Row => ({
  counterparty_id, counterparty_legal_name: "Nobody", legal_address_id: "1", commercial_contact: null, delivery_contact: null,
  ...stamps, ...values,
});

export const designRow = (design_id: string, values: Row): Row => ({
  design_id, design_name: "Nothing", file_location: "/none", file_name: "none.json", ...stamps, ...values,
});

export const staffRow = (staff_id: string, values: Row): Row => ({
  staff_id, first_name: "No", last_name: "One", department_id: "1", email_address: "no@one.example", ...stamps, ...values,
});
