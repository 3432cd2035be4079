import type { Faker, LocaleDefinition, Randomizer } from "@faker-js/faker";
import { faker as german } from "@faker-js/faker/locale/de";
import { faker as american } from "@faker-js/faker/locale/en";
import { faker as british } from "@faker-js/faker/locale/en_GB";
import { faker as french } from "@faker-js/faker/locale/fr";
import { faker as japanese } from "@faker-js/faker/locale/ja";
import { faker as polish } from "@faker-js/faker/locale/pl";
import type { Random } from "./random.js";

/** Where people and companies come from: most nearby, a few far away, in their own script. */
export const countries = ["United Kingdom", "Germany", "France", "United States", "Poland", "Japan"] as const;
export type Country = (typeof countries)[number];

export function countryBy(random: Random): Country {
  const at = random.whole(1, 100);
  if (at <= 55) return "United Kingdom";
  if (at <= 70) return "Germany";
  if (at <= 82) return "France";
  if (at <= 91) return "United States";
  return at <= 97 ? "Poland" : "Japan";
}

/** What `say` says in the country's words, with every choice made by `random`; cut to `maxLength` characters. */
export function words(random: Random, country: Country, maxLength: number, say: (faker: Faker) => string): string {
  current = random;
  const said = say(speakers[country]);
  return said.length <= maxLength ? said : [...said].slice(0, maxLength).join("");
}

export function personName(random: Random, country: Country, maxLength: number): string {
  return words(random, country, maxLength, ({ person }) =>
    country === "Japan" ? `${person.lastName()} ${person.firstName()}` : `${person.firstName()} ${person.lastName()}`);
}

let current: Random;
const randomizer: Randomizer = { next: () => current.next(), seed: () => undefined };

/** Draws faker's numbers from this generator's stream: seeding faker's own Mersenne twister takes 60 us, too long for each field. */
function speaker({ constructor, rawDefinitions }: Faker): Faker {
  const Speaker = constructor as new (options: { locale: LocaleDefinition; randomizer: Randomizer }) => Faker;
  return new Speaker({ locale: rawDefinitions, randomizer });
}

const speakers: Readonly<Record<Country, Faker>> = {
  "United Kingdom": speaker(british),
  Germany: speaker(german),
  France: speaker(french),
  "United States": speaker(american),
  Poland: speaker(polish),
  Japan: speaker(japanese),
};
