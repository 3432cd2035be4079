import type { Line } from "../database.js";
import { cents, draw, firstNames, lastNames, moment, places, times, title } from "../words.js";
import type { chinookTables } from "./tables.js";

interface Rows { readonly columns: readonly string[]; readonly lines: readonly Line[] }

const genres = [
  "Rock", "Jazz", "Metal", "Alternative & Punk", "Rock And Roll", "Blues", "Latin", "Reggae", "Pop", "Soundtrack", "Bossa Nova",
  "Easy Listening", "Heavy Metal", "R&B/Soul", "Electronica/Dance", "World", "Hip Hop/Rap", "Science Fiction", "TV Shows",
  "Sci Fi & Fantasy", "Drama", "Comedy", "Alternative", "Classical", "Opera",
];
const count = { artists: 200, albums: 300, tracks: 2000, playlists: 18, customers: 59, invoices: 412 };

/** The data of each table. An invoice's total is the sum of its lines. */
export const chinookRows = (): Readonly<Record<keyof typeof chinookTables, Rows>> => ({
  Genre: { columns: ["GenreId", "Name"], lines: genres.map((name, i) => [i + 1, name]) },
  MediaType: {
    columns: ["MediaTypeId", "Name"],
    lines: ["MPEG audio file", "Protected AAC audio file", "Protected MPEG-4 video file", "Purchased AAC audio file", "AAC audio file"]
      .map((name, i) => [i + 1, name]),
  },
  Artist: { columns: ["ArtistId", "Name"], lines: times(count.artists, (id) => [id, id === 77 ? null : `The ${title(id * 3)}s`]) },
  Album: {
    columns: ["AlbumId", "Title", "ArtistId"],
    lines: times(count.albums, (id) => [id, title(id * 5), draw("Album", id, "artist").zipf(count.artists)]),
  },
  Track: {
    columns: ["TrackId", "Name", "AlbumId", "MediaTypeId", "GenreId", "Composer", "Milliseconds", "Bytes", "UnitPrice"],
    lines: times(count.tracks, (id) => [
      id, title(id), id % 97 === 0 ? null : Math.ceil(id * count.albums / count.tracks), draw("Track", id, "media").zipf(5),
      id % 89 === 0 ? null : draw("Track", id, "genre").zipf(genres.length), id % 3 === 0 ? null : name("Track", id).join(" "),
      draw("Track", id, "length").whole(1_071, 5_286_953),
      id === 1 ? 2_147_483_647 : draw("Track", id, "bytes").whole(38_747, 1_059_546_140),
      cents(price(id)),
    ]),
  },
  Playlist: {
    columns: ["PlaylistId", "Name"], lines: times(count.playlists, (id) => [id, ["Music", "Movies", "TV Shows"][id % 7] ?? title(id * 11)]),
  },
  PlaylistTrack: {
    columns: ["PlaylistId", "TrackId"],
    lines: times(count.playlists, (list) => times(list === 2 ? 0 : list === 1 ? count.tracks : 60, (nth) => [
      list, list === 1 ? nth : (nth * 31 + list * 17) % count.tracks + 1,
    ])).flat(),
  },
  Employee: {
    columns: [
      "EmployeeId", "LastName", "FirstName", "Title", "ReportsTo", "BirthDate", "HireDate", "Address", "City", "State", "Country",
      "PostalCode", "Phone", "Fax", "Email",
    ],
    lines: times(8, (id) => {
      const [first, last] = name("Employee", id);
      return [
        id, last, first, ["General Manager", "Sales Manager", "Sales Support Agent"][Math.min(id - 1, 2)]!,
        id === 1 ? null : id < 4 ? 1 : 2,
        moment(1947 + id * 4, id * 77_000), moment(2002, id * 60_000), ...place("Employee", id), `${first}@example.com`,
      ];
    }),
  },
  Customer: {
    columns: [
      "CustomerId", "FirstName", "LastName", "Company", "Address", "City", "State", "Country", "PostalCode", "Phone", "Fax", "Email",
      "SupportRepId",
    ],
    lines: times(count.customers, (id) => [
      id, ...name("Customer", id), id % 6 === 0 ? `${title(id)} Ltd.` : null, ...place("Customer", id), `c${id}@example.org`, 3 + id % 3,
    ]),
  },
  Invoice: {
    columns: [
      "InvoiceId", "CustomerId", "InvoiceDate", "BillingAddress", "BillingCity", "BillingState", "BillingCountry", "BillingPostalCode",
      "Total",
    ],
    lines: times(count.invoices, (id) => [
      id, customerOf(id), moment(2009, id * 6_300), ...place("Customer", customerOf(id)).slice(0, 5),
      cents(tracksOf(id).reduce((total, track) => total + price(track), 0)),
    ]),
  },
  InvoiceLine: {
    columns: ["InvoiceLineId", "InvoiceId", "TrackId", "UnitPrice", "Quantity"],
    lines: times(count.invoices, (invoice) => tracksOf(invoice).map((track) => [invoice, track, cents(price(track)), 1])).flat()
      .map((line, i) => [i + 1, ...line]),
  },
});

function price(track: number): number {
  return track % 12 === 0 ? 199 : 99;
}

function customerOf(invoice: number): number {
  return invoice % count.customers + 1;
}

function tracksOf(invoice: number): readonly number[] {
  return times(draw("Invoice", invoice, "lines").whole(1, 9), (nth) => (invoice * 37 + nth * 211) % count.tracks + 1);
}

function name(table: string, id: number): readonly [string, string] {
  return [draw(table, id, "first").pick(firstNames), draw(table, id, "last").pick(lastNames)];
}

/** Address, city, state, country, postal code, phone and fax. */
function place(table: string, id: number): Line {
  const random = draw(table, id, "place");
  return [
    `${random.whole(1, 200)} ${random.pick(lastNames)} Road`, random.pick(places), random.chance(0.5) ? null : "WA",
    random.pick(["Canada", "Česko", "Brasil", "India"]), random.chance(0.1) ? null : String(random.whole(10_000, 99_999)),
    `+${random.whole(1, 99)} (${random.whole(1, 999)}) ${random.whole(1000, 9999)}`, random.chance(0.8) ? null : "+1 (780) 0000-0000",
  ];
}
