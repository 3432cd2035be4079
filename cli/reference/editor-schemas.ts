import { z } from "zod";
import { catalogForm, entityForm } from "../../schema/meaning/forms.js";

/** The JSON Schemas by which an editor checks a catalog's files, by their names in `catalogs/`. */
export function editorSchemas(): ReadonlyMap<string, string> {
  const textOf = (form: z.ZodType) => `${JSON.stringify(z.toJSONSchema(form, { io: "input" }), null, 2)}\n`;
  return new Map([["catalog.schema.json", textOf(catalogForm)], ["entity.schema.json", textOf(entityForm)]]);
}
