import { drawFrom } from "../../generator/random.js";

/** The same number, date or word at every run: what is drawn depends on the table, the row and the field alone. */
export const draw = drawFrom(13);

export const firstNames = [
  "Ada", "Bruno", "Chloé", "Dmitri", "Elif", "Farid", "Greta", "Hakan", "Inês", "Jörg", "Kaito", "Lena", "Mário",
  "Nora", "Ötzi", "Priya",
  "Quentin", "Rosa", "Søren", "Tove", "Umar", "Vera", "Wanda", "Xenia", "Yusuf", "Zoë",
] as const;

export const lastNames = [
  "Abbott", "Brännström", "Castro", "D'Arcy", "Engel", "Fontaine", "Groß", "Huang", "Ivanova", "Jansen", "Kowalska", "Łukasik",
  "Müller", "Nakamura", "O'Neill", "Peña", "Quist", "Rossi", "Şahin", "Tanaka", "Ueda", "Van der Berg", "Wójcik", "Yilmaz", "Zhang",
] as const;

const adjectives = [
  "Amber", "Bitter", "Crooked", "Distant", "Electric", "Frozen", "Gentle", "Hollow", "Idle", "Jagged", "Knitted", "Lunar", "Mellow",
  "Noisy", "Orange", "Patient", "Quiet", "Rusty", "Silent", "Tidal", "Upright", "Velvet", "Wandering", "Yellow", "Zealous",
] as const;

const nouns = [
  "Anchor", "Bridge", "Café", "Dragon", "Engine", "Forest", "Garden", "Harbour", "Island", "Journey", "Kettle", "Lantern", "Mirror",
  "Night", "Orchard", "Piano", "Quarry", "River", "Signal", "Tower", "Umbrella", "Voyage", "Window", "Year", "Zeppelin",
] as const;

/** A title of its own for each of the first 15,625 rows. */
export function title(row: number): string {
  const [a, b, c] = [row % 25, Math.floor(row / 25) % 25, Math.floor(row / 625) % 25];
  return `${adjectives[(a + b) % 25]} ${nouns[b]}${c === 0 ? "" : ` of the ${adjectives[c]} ${nouns[(a + c) % 25]}`}`;
}

export function sentence(table: string, row: number): string {
  const random = draw(table, row, "sentence");
  const [one, other] = [random.pick(adjectives), random.pick(adjectives)];
  return `A ${one.toLowerCase()} story of a ${random.pick(nouns).toLowerCase()} and a ${other.toLowerCase()} `
    + `${random.pick(nouns).toLowerCase()}, set near ${random.pick(places)}.`;
}

export const places = [
  "Aalborg", "Bern", "Córdoba", "Dakar", "Edirne", "Faro", "Gdańsk", "Hạ Long", "Izmir", "Jaén", "Kyoto", "Linköping", "Malmö", "Nîmes",
  "Oulu", "Perth", "Quito", "Reykjavík", "Split", "Tromsø", "Uppsala", "Vaasa", "Würzburg", "Yaren", "Zürich",
] as const;

/** `2005-05-24 22:53:30`, so many minutes after the first minute of `year`. */
export function moment(year: number, minutes: number): string {
  return new Date(Date.UTC(year, 0, 1) + minutes * 60_000).toISOString().slice(0, 19).replace("T", " ");
}

/** Calls `make` with 1, 2, … `count`. */
export function times<T>(count: number, make: (row: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}

/** `12.05` of 1205: exact, as a DECIMAL is. */
export function cents(amount: number): string {
  return `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;
}
