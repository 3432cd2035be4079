import fc from "fast-check";
import { centsOf, decimalOf, instalments } from "../../generator/money.js";
import { drawFrom } from "../../generator/random.js";
import {
  addressOwner, dealOfPayment, dealOfPurchase, dealOfSale, deliveryAddress, leastRows, orderOfDeal, shapeOf,
} from "../../generator/shape.js";
import { fillSettings, streamSettings } from "../../generator/settings.js";
import { tables } from "../../generator/tables.js";
import type { PreflightFailed } from "../../runtime/findings.js";
import { readSettings } from "../../runtime/settings.js";

const anyName = fc.string({ minLength: 1, maxLength: 12 });
const anySeed = fc.maxSafeNat();
const anyRow = fc.maxSafeNat();

test("a field's numbers depend on its seed, table, row and name alone", () => {
  fc.assert(fc.property(anySeed, anyRow, fc.uniqueArray(anyName, { minLength: 2, maxLength: 8 }), (seed, row, fields) => {
    const take = (order: readonly string[]) => {
      const draw = drawFrom(seed);
      return Object.fromEntries(order.map((field) => [field, Array.from({ length: 3 }, draw("table", row, field).next)]));
    };
    const [added, ...others] = fields;
    expect(take([...others].reverse())).toEqual(
      Object.fromEntries(Object.entries(take([added!, ...others])).filter(([field]) => field !== added)),
    );
  }));
});

test("another seed, table, row or field gives other numbers", () => {
  fc.assert(fc.property(anySeed, anyRow, (seed, row) => {
    const first = (s: number, table: string, r: number, field: string) => drawFrom(s)(table, r, field).next();
    const around = [
      first(seed, "a", row, "b"), first(seed + 1, "a", row, "b"), first(seed + 2 ** 32, "a", row, "b"), first(seed, "ab", row, ""),
      first(seed, "b", row, "a"),
      first(seed, "a", row + 1, "b"), first(seed, "a", row, "c"),
    ];
    expect(new Set(around).size).toBe(around.length);
  }));
});

test("numbers stay within what was asked for, and reach its ends", () => {
  fc.assert(fc.property(anySeed, fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 5 }), (seed, least, span) => {
    const random = drawFrom(seed)("t", 1, "f");
    const seen = new Set(Array.from({ length: 200 }, () => random.whole(least, least + span)));
    expect([Math.min(...seen), Math.max(...seen), seen.size]).toEqual([least, least + span, span + 1]);
  }), { numRuns: 30 });
  fc.assert(fc.property(anySeed, fc.integer({ min: 1, max: 1e8 }), (seed, places) => {
    const random = drawFrom(seed)("t", 1, "f");
    for (let i = 0; i < 50; i++) {
      const place = random.zipf(places);
      expect(Number.isInteger(place) && place >= 1 && place <= places).toBe(true);
    }
  }));
});

test("a few places come most of the time, as Zipf found", () => {
  const random = drawFrom(1)("t", 1, "f");
  const met = new Array<number>(1_001).fill(0);
  for (let i = 0; i < 100_000; i++) met[random.zipf(1_000)]!++;
  expect(met[1]! / met[10]!).toBeGreaterThan(5);
  expect(met.slice(1, 101).reduce((a, b) => a + b)).toBeGreaterThan(60_000);
  expect(met.slice(1).every((times) => times > 0)).toBe(true);
});

test("the shares add up to the rows asked for, in every table", () => {
  fc.assert(fc.property(fc.integer({ min: leastRows, max: 50_000_000 }), (rows) => {
    const { counts } = shapeOf(rows);
    expect(Object.keys(counts).sort()).toEqual(Object.keys(tables).sort());
    expect(Object.values(counts).every((count) => count > 0)).toBe(true);
    expect(Object.values(counts).reduce((a, b) => a + b)).toBe(rows);
  }));
  expect(() => shapeOf(leastRows - 1)).toThrow(RangeError);
});

test("every order is booked once, and every booking has one or two payments in turn", () => {
  const anyDeal = fc.integer({ min: leastRows, max: 50_000_000 }).chain((rows) => {
    const shape = shapeOf(rows);
    return fc.record({
      shape: fc.constant(shape), deal: fc.integer({ min: 1, max: shape.deals }), payment: fc.integer({ min: 1, max: shape.payments }),
    });
  });
  fc.assert(fc.property(anyDeal, ({ shape, deal, payment }) => {
    const { kind, order } = orderOfDeal(shape, deal);
    expect(kind === "SALE" ? dealOfSale(shape, order) : dealOfPurchase(shape, order)).toBe(deal);
    expect(order).toBeGreaterThanOrEqual(1);
    expect(order).toBeLessThanOrEqual(kind === "SALE" ? shape.sales : shape.purchases);

    const settles = dealOfPayment(shape, payment);
    expect(settles.deal >= 1 && settles.deal <= shape.deals && settles.part >= 1 && settles.part <= settles.parts).toBe(true);
    if (payment < shape.payments) {
      const next = dealOfPayment(shape, payment + 1);
      expect(settles.part < settles.parts ? next : next.part).toEqual(
        settles.part < settles.parts ? { ...settles, part: settles.part + 1 } : 1,
      );
    }
  }), { numRuns: 500 });
});

test("a counterparty's goods go to one of its own addresses", () => {
  fc.assert(fc.property(fc.integer({ min: leastRows, max: 1_000_000 }), fc.nat(), (rows, n) => {
    const shape = shapeOf(rows);
    const counterparty = 1 + (n % shape.counterparties);
    const address = deliveryAddress(shape, counterparty);
    expect(address).toBeLessThanOrEqual(shape.counts.address);
    expect(addressOwner(shape, address)).toBe(counterparty);
  }));
});

test("amounts are exact: instalments add up, and decimals read back", () => {
  fc.assert(fc.property(fc.bigInt({ min: -(10n ** 14n), max: 10n ** 14n }), (cents) => {
    expect(centsOf(decimalOf(cents))).toBe(cents);
    expect(decimalOf(cents)).toMatch(/^-?\d+\.\d\d$/);
    expect(instalments(cents, 2).reduce((a, b) => a + b)).toBe(cents);
  }));
});

test("settings have their defaults, and bad ones are found together", () => {
  expect(readSettings(fillSettings, {}, {})).toEqual({ seed: 1, rows: 100_000, until: Date.UTC(2026, 0, 1) });
  expect(readSettings(streamSettings, { rate: "500", start: "2026-01-01T01:00:00+01:00" }, { SLUICE_SEED: "7" }))
    .toEqual({ seed: 7, rate: 500, connections: 1, transactions: undefined, start: Date.UTC(2026, 0, 1) });
  expect(() => readSettings({ ...fillSettings, ...streamSettings }, { rows: "5", rate: "fast", until: "yesterday", connections: "0" }, {}))
    .toThrow(expect.objectContaining({
      findings: ["--rows", "--until", "--rate", "--connections"].map((where) => expect.objectContaining({ where })),
    }) as PreflightFailed);
});
