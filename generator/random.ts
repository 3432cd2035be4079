/** A source of pseudo-random numbers; reading uses it up. */
export interface Random {
  /** From 0 up to, never reaching, 1. */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  whole(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** A place from 1 to `places`. Place 1 comes most often, place n about n^-1.07 as often, as with customers and words. */
  zipf(places: number): number;
}

/**
 * Numbers by name: one stream per seed, table, row and field. What is drawn for one field depends on nothing else.
 * So neither the order of work nor a field added later changes another field's value.
 */
export type Draw = (table: string, row: number, field: string) => Random;

export function drawFrom(seed: number): Draw {
  const start = 0x811c9dc5 ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e3779b1);
  return (table, row, field) => random(hash(field, hash(table, start)), seed | 0, row | 0, Math.floor(row / 2 ** 32));
}

const zipfExponent = 1.07;

/** sfc32 by Chris Doty-Humphrey (PractRand): 128 bits of state, small and fast; twelve rounds mix the state first. */
function random(a: number, b: number, c: number, d: number): Random {
  const step = (): number => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  for (let round = 0; round < 12; round++) step();

  const next = () => step() / 2 ** 32;
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    pick: (from) => {
      if (from.length === 0) throw new RangeError("there is nothing to pick from");
      return from[whole(0, from.length - 1)]!;
    },
    // This is the inverse of the distribution's integral, which needs no table of `places` sums.
    zipf: (places) => {
      const power = 1 - zipfExponent;
      const place = Math.floor((((places + 1) ** power - 1) * next() + 1) ** (1 / power));
      return Math.min(places, Math.max(1, place));
    },
  };
}

/** FNV-1a, 32 bits. */
function hash(text: string, from: number): number {
  let value = from;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return Math.imul(value ^ 0xff, 0x01000193);
}
