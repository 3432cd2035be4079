import { formatDifference } from "../../sync/verify/report/report.js";
import { chinook } from "../databases/chinook.js";
import { sakila } from "../databases/sakila.js";
import { type AnyDatabase, openAnyDatabase, rowsCompared } from "../support/any-database.js";

jest.setTimeout(600_000);

/** A role of the user's own, behind those that introspect wrote. */
async function withClerk(database: AnyDatabase): Promise<void> {
  await database.edit("catalog.yaml", "    reads: all\n    rows: all\n", `    reads: all
    rows: all
  clerk:
    description: Reads what is of the company, and nothing of persons.
    reads: [public, internal]
    rows: all
`);
}

async function equal(database: AnyDatabase): Promise<ReadonlyMap<string, number>> {
  const report = await database.verified();
  expect(report.differences.map(formatDifference)).toEqual([]);
  expect(report.equal).toBe(true);
  return rowsCompared(report);
}

test("Sakila, introspected, is equal in SQLite, Cassandra and Elasticsearch, also after changes, and is asked as a role", async () => {
  await using database = await openAnyDatabase("sakila", sakila());
  const made = await database.sluice("introspect");
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining("staff.password") });
  expect(made.stdout).toMatch(/actor_info: it is a view, which has no log of its own\. Remedy: /);
  await withClerk(database);
  expect(await database.sluice("catalog", "check")).toMatchObject({ code: 0, stdout: expect.stringContaining("fits: 16 tables") });

  await using _ = database.sync();
  expect(await equal(database)).toEqual(database.rows);
  await database.change(
    "UPDATE film SET title = 'A NEW TITLE', special_features = 'Trailers', rating = 'NC-17' WHERE film_id = 1",
    "INSERT INTO actor (first_name, last_name) VALUES ('ZOË', 'ÅKERSTRÖM')",
    "INSERT INTO film_actor (actor_id, film_id) SELECT actor_id, 1 FROM actor WHERE last_name = 'ÅKERSTRÖM'",
    "DELETE FROM payment WHERE payment_id <= 20",
    "UPDATE language SET language_id = 77 WHERE language_id = 2",
    "UPDATE category SET category_id = 99 WHERE category_id = 1",
    "UPDATE staff SET password = 'never seen' WHERE staff_id = 1",
  );
  const after = await equal(database);
  expect(after.get("payment")).toBe(database.rows.get("payment")! - 20);
  expect(after.get("actor")).toBe(database.rows.get("actor")! + 1);

  const nested = `{ film(filmId: 1) { title rating specialFeatures language { languageId name }
    filmActors(first: 1) { nodes { actor { actorId } } } inventories(first: 1) {
      nodes { store { address { city { country { country } } } } } } } }`;
  const answers = [];
  for (const stores of ["embedded", "served"] as const) {
    await using gateway = await database.gateway(stores);
    const { data, errors } = await gateway.ask("clerk", nested);
    expect({ data, errors }).toMatchObject({ errors: undefined, data: { film: {
      title: "A NEW TITLE", rating: "NC_17", specialFeatures: ["TRAILERS"], language: { languageId: 77 },
      filmActors: { nodes: [{ actor: { actorId: expect.any(Number) } }] },
      inventories: { nodes: [{ store: { address: { city: { country: { country: expect.any(String) } } } } }] },
    } } });
    answers.push(data);
    const denied = await gateway.ask("clerk", "{ customer(customerId: 1) { customerId email } }");
    expect(denied).toMatchObject({
      data: { customer: { customerId: 1, email: null } }, errors: [{ extensions: { code: "FORBIDDEN" } }],
    });
    expect(await gateway.ask("administrator", "{ customer(customerId: 1) { email } }")).toMatchObject({
      data: { customer: { email: expect.stringContaining("@") } },
    });
    expect((await gateway.ask("administrator", "{ staff(staffId: 1) { password } }")).errors?.[0]?.message).toMatch(/password/);
  }
  expect(answers[0]).toEqual(answers[1]);
});

test("Chinook with its names in capitals is equal in every store, also after changes, and is asked as a role", async () => {
  await using database = await openAnyDatabase("chinook", chinook());
  expect(await database.sluice("introspect")).toMatchObject({ code: 0 });
  await withClerk(database);
  await using _ = database.sync();
  expect(await equal(database)).toEqual(database.rows);
  await database.change(
    "INSERT INTO Artist (ArtistId, Name) VALUES (9001, 'Ünder')",
    "UPDATE Album SET ArtistId = 9001 WHERE AlbumId = 1",
    "DELETE FROM PlaylistTrack WHERE PlaylistId = 1",
    "UPDATE Employee SET ReportsTo = NULL WHERE EmployeeId = 3",
    "INSERT INTO PlaylistTrack (PlaylistId, TrackId) VALUES (1, 1)",
    "UPDATE PlaylistTrack SET TrackId = 2 WHERE PlaylistId = 1",
  );
  const after = await equal(database);
  expect(after.get("Artist")).toBe(database.rows.get("Artist")! + 1);
  for (const stores of ["embedded", "served"] as const) {
    await using gateway = await database.gateway(stores);
    expect(await gateway.ask("clerk", `{ artist(artistId: 9001) { name albums { nodes { albumId tracks(first: 1) {
        nodes { unitPrice } } } } }
      employee(employeeId: 3) { title reportsToEmployee { title } }
      playlistTrack(playlistId: 1, trackId: 2) { playlist { playlistId } track { album { artist { artistId } } } } }`)).toMatchObject({
      data: {
        artist: { name: "Ünder", albums: { nodes: [
          { albumId: 1, tracks: { nodes: [{ unitPrice: expect.stringMatching(/^\d\.99$/) }] } },
        ] } },
        employee: { title: expect.any(String), reportsToEmployee: null },
        playlistTrack: { playlist: { playlistId: 1 }, track: { album: { artist: { artistId: expect.any(Number) } } } },
      },
    });
  }
});
