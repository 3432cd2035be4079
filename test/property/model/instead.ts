import type { TableSink, Writer } from "../../../stores/ports.js";

/** Replaces some methods of an object; the others work on the object itself. */
export function instead<T extends object>(object: T, other: Partial<T>): T {
  return new Proxy(object, {
    get(target, name) {
      if (name in other) return other[name as keyof T];
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The same sink, but its writers are others. */
export function withWriter(sink: TableSink, other: (writer: Writer) => Writer): TableSink {
  return instead(sink, { prepare: async (catalog) => other(await sink.prepare(catalog)) });
}
