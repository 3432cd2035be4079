import { type ErrorCodeEntry, errorCodes } from "../../gateway/graphql/error-codes.js";
import { code, type Page, table } from "./markdown.js";

/** Every code that a client of the gateway can meet. */
export function errorCodesPage(): Page {
  const rows = Object.entries<ErrorCodeEntry>(errorCodes)
    .map(([name, { statuses, meaning, remedy }]) => [code(name), statuses.join(", "), meaning, remedy]);
  return {
    file: "error-codes.md", title: "Error codes", about: "every error code that the gateway answers, and what a client does about it",
    body: `The code of an error is in \`errors[].extensions.code\`. With HTTP status 200 an error with a \`path\` is of that field:
it is null, or the nearest one around it that may be null, and the other fields have their values. Otherwise nothing of the
operation is answered.

${table(["code", "HTTP status", "what it means", "what a client does"], rows)}`,
  };
}
