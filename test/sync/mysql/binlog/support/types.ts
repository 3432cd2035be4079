/** The types to try, made from rules: a column definition, the literals to insert, and how SELECT shows exactly what is stored. */
export interface TypeCase { readonly type: string; readonly values: readonly string[]; readonly show: Show }

/**
 * `text`: CAST AS CHAR · `utf8`: the text's UTF-8 bytes in hexadecimal · `hex`: the stored bytes · `number`: as a double · `bits`: as an
 * integer.
 */
export type Show = "text" | "utf8" | "hex" | "number" | "bits";

export function typeCases(isMariadb: boolean): TypeCase[] {
  return [...integers(), ...decimals(), ...floats(), ...bits(), ...temporals(), ...texts(), ...bytes(), ...members(), ...geometries(),
    ...(isMariadb ? [] : [...jsons(), vectors()])];
}

function integers(): TypeCase[] {
  return ([["TINYINT", 8], ["SMALLINT", 16], ["MEDIUMINT", 24], ["INT", 32], ["BIGINT", 64]] as const).flatMap(([name, size]) => {
    const top = 1n << BigInt(size), half = top >> 1n, edge = 1n << 53n;
    const near = (...at: bigint[]): bigint[] => at.flatMap((n) => [n - 1n, n, n + 1n]);
    const signed = near(0n, -half, half, edge, -edge, half >> 1n).filter((n) => n >= -half && n < half);
    const unsigned = near(0n, half, top, edge, top >> 2n, top - (half >> 1n)).filter((n) => n >= 0n && n < top);
    return [
      { type: name, values: signed.map(String), show: "text" }, { type: `${name} UNSIGNED`, values: unsigned.map(String), show: "text" },
    ] as TypeCase[];
  });
}

function decimals(): TypeCase[] {
  const cases: TypeCase[] = [];
  for (const precision of [1, 2, 5, 8, 9, 10, 12, 15, 16, 18, 19, 20, 21, 27, 30, 38, 64, 65])
    for (const scale of [0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 18, 30].filter((n) => n <= precision)) {
      const whole = precision - scale, nines = "9".repeat(precision), digits = "1203405067809".repeat(5).slice(0, precision);
      const point = (text: string): string => `${text.slice(0, whole) || "0"}${scale > 0 ? `.${text.slice(whole)}` : ""}`;
      const least = point("0".repeat(precision - 1) + "1");
      cases.push({
        type: `DECIMAL(${precision},${scale})`, show: "text",
        values: ["0", point(nines), `-${point(nines)}`, least, `-${least}`, point(digits), `-${point(digits)}`],
      });
    }
  return [...cases, { type: "DECIMAL(12,4) UNSIGNED", values: ["0", "99999999.9999"], show: "text" }];
}

function floats(): TypeCase[] {
  const values = ["0", "1", "-1.5", "0.1", "3.4e38", "-3.4e38", "1.2e-38", "16777216", "123456.789"];
  return [{
    type: "FLOAT", values, show: "number",
  }, { type: "DOUBLE", values: [...values, "1.7976931348623157e308", "2.2250738585072014e-308", "9007199254740993"], show: "number" },
    { type: "FLOAT(7,3)", values: ["1234.567", "-0.125"], show: "number" },
    { type: "DOUBLE UNSIGNED", values: ["0", "1e100"], show: "number" }];
}

function bits(): TypeCase[] {
  return Array.from({ length: 64 }, (_, n) => n + 1).map((size): TypeCase => ({
    type: `BIT(${size})`, show: "bits", values: ["0", "1", "1".repeat(size), "10".repeat(32).slice(0, size)].map((text) => `b'${text}'`),
  }));
}

function temporals(): TypeCase[] {
  const quoted = (values: string[]): string[] => values.map((value) => `'${value}'`);
  const cases: TypeCase[] = [
    {
      type: "DATE",
      values: quoted(["0000-00-00", "2025-02-00", "2025-00-00", "0001-01-01", "1000-01-01", "1969-12-31", "2024-02-29", "9999-12-31"]),
      show: "text",
    },
    { type: "YEAR", values: ["0", "1901", "1970", "2024", "2155"], show: "bits" },
  ];
  for (let digits = 0; digits <= 6; digits++) {
    const part = digits === 0 ? "" : `.${"0123456".slice(1, digits + 1)}`, most = digits === 0 ? "" : `.${"9".repeat(digits)}`;
    const least = digits === 0 ? "" : `.${"1".padStart(digits, "0")}`;
    cases.push({ type: `DATETIME(${digits})`, show: "text", values: quoted(["0000-00-00 00:00:00", "2025-02-00 "
      + `10:11:12${part}`, "2025-00-00 00:00:00",
      "1000-01-01 00:00:00", `1969-12-31 23:59:59${most}`, `2024-02-29 12:34:56${part}`, `2024-02-29 00:00:01${least}`,
      `9999-12-31 23:59:59${most}`]) });
    cases.push({
      type: `TIMESTAMP(${digits}) NULL`, show: "text",
      values: quoted(["0000-00-00 00:00:00", `1970-01-01 00:00:01${part}`, `2038-01-19 03:14:07${part}`, `2024-02-29 12:34:56${least}`]),
    });
    cases.push({ type: `TIME(${digits})`, show: "text", values: quoted(["00:00:00", `00:00:00${least}`, `-00:00:00${least}`,
      `-00:00:01${part}`, `12:34:56${part}`,
      `-12:34:56${most}`, "838:59:59", "-838:59:59", `837:59:58${most}`, `-837:59:58${most}`, `-99:59:59${least}`]) });
  }
  return cases;
}

function texts(): TypeCase[] {
  const values = [
    "''", "'a'", "'it''s \\\\ \"quoted\"'", "'žluťoučký kůň'", "'日本語 😀 \\n\\t\\0 x'", "' spaces both '", "REPEAT('ž', 50)",
    "REPEAT('a', 60)",
  ];
  const types = [
    "CHAR(60)", "VARCHAR(60)", "VARCHAR(63)", "VARCHAR(64)", "VARCHAR(300)", "TINYTEXT", "TEXT", "MEDIUMTEXT", "LONGTEXT", "CHAR(255)",
  ];
  return [...types.map((type): TypeCase => ({ type: `${type} CHARACTER SET utf8mb4`, values, show: "utf8" })),
    { type: "TEXT", values: ["REPEAT('long ', 5000)", "REPEAT('ž€😀', 5000)"], show: "utf8" },
    { type: "MEDIUMTEXT", values: ["REPEAT('x', 300000)"], show: "utf8" }];
}

function bytes(): TypeCase[] {
  const values = ["''", "x'00'", "x'0000'", "x'20'", "x'61200000'", "x'fffe'", "REPEAT(x'ff', 12)", "x'616200'"];
  return [
    "BINARY(12)", "VARBINARY(12)", "VARBINARY(300)", "TINYBLOB", "BLOB", "MEDIUMBLOB", "LONGBLOB", "BINARY(255)",
    "CHAR(12) CHARACTER SET binary",
  ]
    .map((type): TypeCase => ({ type, values, show: "hex" }));
}

function members(): TypeCase[] {
  const odd = ["'a,b'", "'it''s'", "'\"'", "'ž'", "''", "'日本'"];
  const many = Array.from({ length: 300 }, (_, n) => `'member ${n}'`);
  const set = Array.from({ length: 64 }, (_, n) => `'m${n}'`);
  const sets = (...picks: number[][]): string[] => picks.map((pick) => `'${pick.map((n) => `m${n}`).join(",")}'`);
  return [{
    type: `ENUM(${odd.join(",")}) CHARACTER SET utf8mb4`, values: odd, show: "utf8",
  }, { type: `ENUM(${many.join(",")})`, values: [many[0]!, many[254]!, many[255]!, many[299]!], show: "utf8" },
    { type: "ENUM('ä','ö') CHARACTER SET latin1", values: ["'ä'", "'ö'"], show: "utf8" },
    { type: "SET('it''s','\"','ž') CHARACTER SET utf8mb4", values: ["''", "'it''s'", "'it''s,\",ž'"], show: "utf8" },
    { type: `SET(${set.join(",")})`, values: sets([0], [63], [31, 32], [7, 8], Array.from({ length: 64 }, (_, n) => n)), show: "utf8" },
    ...[8, 9, 16, 24, 25, 32, 33].map((size): TypeCase => ({
      type: `SET(${set.slice(0, size).join(",")})`, values: sets([0], [size - 1], [0, size - 1]), show: "utf8",
    }))];
}

function geometries(): TypeCase[] {
  const shapes = [
    "POINT(1 2)", "LINESTRING(0 0,1 1)", "POLYGON((0 0,0 1,1 1,0 0))", "MULTIPOINT(1 1,2 2)", "MULTILINESTRING((0 0,1 1))",
    "MULTIPOLYGON(((0 0,0 1,1 1,0 0)))", "GEOMETRYCOLLECTION(POINT(1 1))",
  ];
  return [{ type: "GEOMETRY", show: "hex", values: shapes.map((shape) => `ST_GeomFromText('${shape}')`) },
    ...shapes.map((shape): TypeCase => ({
      type: shape.slice(0, shape.indexOf("(")), show: "hex", values: [`ST_GeomFromText('${shape}')`],
    })),
    { type: "POINT", show: "hex", values: ["ST_GeomFromText('POINT(10 20)', 4326)"] }];
}

function vectors(): TypeCase {
  return { type: "VECTOR(4)", values: ["STRING_TO_VECTOR('[0,1,-1.5,3e38]')", "STRING_TO_VECTOR('[1]')"], show: "hex" };
}

function jsons(): TypeCase[] {
  const casts = ["CAST('9007199254740993' AS JSON)", "CAST(18446744073709551615 AS JSON)", "CAST(-9223372036854775808 AS "
    + "JSON)", "CAST(CAST(12345678901234567890.123456789 AS DECIMAL(65,9)) AS JSON)",
    "CAST(DATE'2025-02-03' AS JSON)", "CAST(TIME'-12:34:56.789' AS JSON)", "CAST(TIMESTAMP'2025-02-03 04:05:06.789' AS JSON)",
    "CAST(CAST('2025-02-03' AS DATETIME) AS JSON)",
    "CAST(x'00ff10' AS JSON)", "JSON_ARRAY(b'101')", "JSON_ARRAY(CAST('abc' AS BINARY))", "JSON_OBJECT('d', CAST(-0.50 AS DECIMAL(5,2)))",
    "JSON_OBJECT('t', TIME'00:00:00')",
    "JSON_ARRAY(ST_GeomFromText('POINT(1 2)'))", "CAST(CAST(2024 AS YEAR) AS JSON)"];
  const doubles = ["0.0", "-0.0", "1.0", "1.5", "1e14", "1e15", "1e16", "123456789012345678", "1e20", "1e21", "1e22", "1.5e300", "1e-5",
    "1e-6", "1e-7", "1.25e-8", "1e-14", "1e-15", "1e-16", "1e-17",
    "123456789012345.6", "1234567890123456.7", "0.1", "0.30000000000000004", "1.7976931348623157e308", "5e-324", "-1e-10", "123456.789e3",
    "1.234567890123e-10", "1.23456789012345678e15", "9.99e14", "9.99e15", "1234567890123456.0", "2251799813685248.5",
    "-1.2345678901234567e-15", "1.2345678901234567e-16"];
  const documents = ["{}", "[]", "null", "true", '"text"', '""',
    '{"a":{"b":[{},[],null,true,false,"x",-1,65535,65536,-32768,-32769,2147483648,4294967296,-2147483649]}}',
    '{"":"empty","ž":"日本😀","quote\\\\"":"\\\\u0001\\\\b\\\\f\\\\n\\\\r\\\\t\\\\\\\\/\\\\u007f"}', '{"bb":1,"a":2,"ccc":3,"ab":4}',
    `${"[".repeat(90)}${"]".repeat(90)}`];
  const large = ["JSON_OBJECT('big', REPEAT('y', 70000), 'n', 1)", "JSON_ARRAY(REPEAT('a', 127), REPEAT('b', 128), REPEAT('c', 16384))",
    `CAST(CONCAT('[', REPEAT('123456,', 20000), '7]') AS JSON)`];
  return [
    { type: "JSON", show: "utf8", values: [...casts, ...large, ...documents.map((text) => `'${text}'`)] },
    { type: "JSON", show: "utf8", values: doubles.map((n) => `'[${n}]'`) },
  ];
}
