/** The CREATE statements of Chinook's eleven tables, by name. NVARCHAR is text of at most three bytes a character. */
export const chinookTables = {
  Genre: `CREATE TABLE \`Genre\` (
    \`GenreId\` INT NOT NULL AUTO_INCREMENT, \`Name\` NVARCHAR(120), CONSTRAINT \`PK_Genre\` PRIMARY KEY (\`GenreId\`))`,
  MediaType: `CREATE TABLE \`MediaType\` (
    \`MediaTypeId\` INT NOT NULL AUTO_INCREMENT, \`Name\` NVARCHAR(120), CONSTRAINT \`PK_MediaType\` PRIMARY KEY (\`MediaTypeId\`))`,
  Artist: `CREATE TABLE \`Artist\` (
    \`ArtistId\` INT NOT NULL AUTO_INCREMENT, \`Name\` NVARCHAR(120), CONSTRAINT \`PK_Artist\` PRIMARY KEY (\`ArtistId\`))`,
  Album: `CREATE TABLE \`Album\` (
    \`AlbumId\` INT NOT NULL AUTO_INCREMENT,
    \`Title\` NVARCHAR(160) NOT NULL,
    \`ArtistId\` INT NOT NULL,
    CONSTRAINT \`PK_Album\` PRIMARY KEY (\`AlbumId\`))`,
  Track: `CREATE TABLE \`Track\` (
    \`TrackId\` INT NOT NULL AUTO_INCREMENT,
    \`Name\` NVARCHAR(200) NOT NULL,
    \`AlbumId\` INT,
    \`MediaTypeId\` INT NOT NULL,
    \`GenreId\` INT,
    \`Composer\` NVARCHAR(220),
    \`Milliseconds\` INT NOT NULL,
    \`Bytes\` INT,
    \`UnitPrice\` NUMERIC(10,2) NOT NULL,
    CONSTRAINT \`PK_Track\` PRIMARY KEY (\`TrackId\`))`,
  Playlist: `CREATE TABLE \`Playlist\` (
    \`PlaylistId\` INT NOT NULL AUTO_INCREMENT, \`Name\` NVARCHAR(120), CONSTRAINT \`PK_Playlist\` PRIMARY KEY (\`PlaylistId\`))`,
  PlaylistTrack: `CREATE TABLE \`PlaylistTrack\` (
    \`PlaylistId\` INT NOT NULL, \`TrackId\` INT NOT NULL, CONSTRAINT \`PK_PlaylistTrack\` PRIMARY KEY (\`PlaylistId\`, \`TrackId\`))`,
  Employee: `CREATE TABLE \`Employee\` (
    \`EmployeeId\` INT NOT NULL AUTO_INCREMENT,
    \`LastName\` NVARCHAR(20) NOT NULL,
    \`FirstName\` NVARCHAR(20) NOT NULL,
    \`Title\` NVARCHAR(30),
    \`ReportsTo\` INT,
    \`BirthDate\` DATETIME,
    \`HireDate\` DATETIME,
    \`Address\` NVARCHAR(70),
    \`City\` NVARCHAR(40),
    \`State\` NVARCHAR(40),
    \`Country\` NVARCHAR(40),
    \`PostalCode\` NVARCHAR(10),
    \`Phone\` NVARCHAR(24),
    \`Fax\` NVARCHAR(24),
    \`Email\` NVARCHAR(60),
    CONSTRAINT \`PK_Employee\` PRIMARY KEY (\`EmployeeId\`))`,
  Customer: `CREATE TABLE \`Customer\` (
    \`CustomerId\` INT NOT NULL AUTO_INCREMENT,
    \`FirstName\` NVARCHAR(40) NOT NULL,
    \`LastName\` NVARCHAR(20) NOT NULL,
    \`Company\` NVARCHAR(80),
    \`Address\` NVARCHAR(70),
    \`City\` NVARCHAR(40),
    \`State\` NVARCHAR(40),
    \`Country\` NVARCHAR(40),
    \`PostalCode\` NVARCHAR(10),
    \`Phone\` NVARCHAR(24),
    \`Fax\` NVARCHAR(24),
    \`Email\` NVARCHAR(60) NOT NULL,
    \`SupportRepId\` INT,
    CONSTRAINT \`PK_Customer\` PRIMARY KEY (\`CustomerId\`))`,
  Invoice: `CREATE TABLE \`Invoice\` (
    \`InvoiceId\` INT NOT NULL AUTO_INCREMENT,
    \`CustomerId\` INT NOT NULL,
    \`InvoiceDate\` DATETIME NOT NULL,
    \`BillingAddress\` NVARCHAR(70),
    \`BillingCity\` NVARCHAR(40),
    \`BillingState\` NVARCHAR(40),
    \`BillingCountry\` NVARCHAR(40),
    \`BillingPostalCode\` NVARCHAR(10),
    \`Total\` NUMERIC(10,2) NOT NULL,
    CONSTRAINT \`PK_Invoice\` PRIMARY KEY (\`InvoiceId\`))`,
  InvoiceLine: `CREATE TABLE \`InvoiceLine\` (
    \`InvoiceLineId\` INT NOT NULL AUTO_INCREMENT,
    \`InvoiceId\` INT NOT NULL,
    \`TrackId\` INT NOT NULL,
    \`UnitPrice\` NUMERIC(10,2) NOT NULL,
    \`Quantity\` INT NOT NULL,
    CONSTRAINT \`PK_InvoiceLine\` PRIMARY KEY (\`InvoiceLineId\`))`,
} as const;

/** Chinook adds its foreign keys and their indexes by ALTER TABLE and CREATE INDEX: table, column, the table it refers to, its key. */
export const chinookReferences: readonly string[] = ([
  ["Album", "ArtistId", "Artist", "ArtistId"],
  ["Customer", "SupportRepId", "Employee", "EmployeeId"],
  ["Employee", "ReportsTo", "Employee", "EmployeeId"],
  ["Invoice", "CustomerId", "Customer", "CustomerId"],
  ["InvoiceLine", "InvoiceId", "Invoice", "InvoiceId"],
  ["InvoiceLine", "TrackId", "Track", "TrackId"],
  ["PlaylistTrack", "PlaylistId", "Playlist", "PlaylistId"],
  ["PlaylistTrack", "TrackId", "Track", "TrackId"],
  ["Track", "AlbumId", "Album", "AlbumId"],
  ["Track", "GenreId", "Genre", "GenreId"],
  ["Track", "MediaTypeId", "MediaType", "MediaTypeId"],
] as const).flatMap(([from, column, to, key]) => [
  `ALTER TABLE \`${from}\` ADD CONSTRAINT \`FK_${from}${column}\` FOREIGN KEY (\`${column}\`) REFERENCES \`${to}\` (\`${key}\`)
    ON DELETE NO ACTION ON UPDATE NO ACTION`,
  `CREATE INDEX \`IFK_${from}${column}\` ON \`${from}\` (\`${column}\`)`,
]);
