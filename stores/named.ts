import { z } from "zod";
import { listOf, url } from "../runtime/values.js";
import { storeIdentity, storeName, storeSchemes, type StoreUrl } from "./open.js";

/** A store, and the name of the pipeline that feeds it. The name is for people and commands: nothing in the store depends on it. */
export interface NamedStore {
  readonly name: string;
  readonly url: StoreUrl;
}

/** The store under the name of its engine, as it is called when no name is given. */
export function namedByEngine(url: StoreUrl): NamedStore {
  return { name: storeName(url), url };
}

/** Writes the list as `storeList` reads it. */
export function storeListText(stores: readonly NamedStore[]): string {
  return stores.map(({ name, url }) => (name === storeName(url) ? url.href : `${name}=${url.href}`)).join(",");
}

/** Reads `orders=<item>`. The name may be left out, and is null then. */
export const named = <T>(item: z.ZodType<T, string>) =>
  z.string().transform((text, context): { readonly name: string | null; readonly item: T } => {
    const [name, rest] = divided(text);
    const read = item.safeParse(rest);
    const messages = read.success ? [] : read.error.issues.map(({ message }) => message);
    // It is not shown, because it may be the second half of a password with a comma.
    if (name !== null && !/^[a-z0-9][a-z0-9-]{0,39}$/.test(name)) messages.push(
      "a name before = has lower case letters, digits and dashes, 40 at most",
    );
    for (const message of messages) context.addIssue({ code: "custom", message });
    return messages.length === 0 ? { name, item: read.data! } : z.NEVER;
  });

/** What stands before the first =, if that comes before the scheme of a URL. */
function divided(text: string): readonly [name: string | null, rest: string] {
  const [, name, rest] = /^([^=:/]*)=([^]*)$/.exec(text) ?? [];
  return name === undefined ? [null, text] : [name, rest!];
}

/** Reports pipelines that cannot run side by side: two of one name, or two into one place. */
export function noClash(pipelines: readonly { readonly name: string; readonly place: string }[], context: z.RefinementCtx): void {
  const twice = (values: readonly string[]) => new Set(values.filter((value, i) => values.indexOf(value) !== i));
  for (const name of twice(pipelines.map((each) => each.name))) context.addIssue({
    code: "custom", message: `two pipelines are named ${name}; write a name of its own before one, as orders=cassandra://…`,
  });
  for (const place of twice(pipelines.map((each) => each.place))) {
    const names = pipelines.filter((each) => each.place === place).map(({ name }) => name);
    context.addIssue({ code: "custom", message: `the pipelines ${names.join(" and ")} lead into one place; give each its own` });
  }
}

/** Reads `orders=cassandra://…,elasticsearch://…`: the stores of a system, each with the name of its pipeline. */
export const storeList: z.ZodType<NamedStore[], string> = listOf(
  named(url(...storeSchemes)).transform(({ name, item }): NamedStore => (name === null ? namedByEngine(item) : { name, url: item })),
).superRefine((stores, context) => noClash(stores.map(({ name, url }) => ({ name, place: storeIdentity(url) })), context));
