/** A shape as RFC 7946 has it. */
export interface GeoJsonShape {
  readonly type: string;
  readonly coordinates?: unknown;
  readonly geometries?: readonly GeoJsonShape[];
  /** Names the reference system by its SRID, unless that is 0. MySQL's own ST_AsGeoJSON(…, 4) writes it so. */
  readonly crs?: { readonly type: "name"; readonly properties: { readonly name: string } };
}

/**
 * Reads MySQL's bytes of a shape: four of SRID, then Well-Known Binary. MySQL keeps a longitude before its latitude, as GeoJSON does.
 * The numbers are those that are stored, to the last bit.
 */
export function geoJson(hex: string): GeoJsonShape {
  const bytes = Buffer.from(hex, "hex"), srid = bytes.readUInt32LE(0);
  const shape = new Shapes(bytes, 4).next();
  return srid === 0 ? shape : { ...shape, crs: { type: "name", properties: { name: `urn:ogc:def:crs:EPSG::${srid}` } } };
}

/** The kinds of shape of Well-Known Binary, by number: OGC 06-103r4, section 8.2. */
const names = [
  "", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
];

class Shapes {
  #isLittle = true;

  constructor(readonly bytes: Buffer, private at: number) {}

  next(): GeoJsonShape {
    this.#isLittle = this.bytes[this.at] === 1;
    this.at += 1;
    const type = names[this.#count()];
    switch (type) {
      case "Point": return { type, coordinates: this.#point() };
      case "LineString": return { type, coordinates: this.#line() };
      case "Polygon": return { type, coordinates: this.#many(() => this.#line()) };
      case "MultiPoint": case "MultiLineString": case "MultiPolygon":
        return { type, coordinates: this.#many(() => this.next().coordinates) };
      case "GeometryCollection": return { type, geometries: this.#many(() => this.next()) };
      default: throw new TypeError("these bytes are no shape that MySQL has");
    }
  }

  #point(): readonly number[] {
    return [this.#number(), this.#number()];
  }

  #line(): readonly unknown[] {
    return this.#many(() => this.#point());
  }

  #many<T>(read: () => T): T[] {
    return Array.from({ length: this.#count() }, read);
  }

  #count(): number {
    const count = this.#isLittle ? this.bytes.readUInt32LE(this.at) : this.bytes.readUInt32BE(this.at);
    this.at += 4;
    return count;
  }

  #number(): number {
    const number = this.#isLittle ? this.bytes.readDoubleLE(this.at) : this.bytes.readDoubleBE(this.at);
    this.at += 8;
    return number;
  }
}
