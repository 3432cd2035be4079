import { GraphQLError, Lexer, Source, TokenKind } from "graphql";
import { badUserInput, refusing } from "../graphql/errors.js";

/** An ordinary operation has some thousands. */
const maxPairs = 50_000;

/**
 * Refuses an operation in which the same names stand so often that validating it would take long: every two fields of one name are
 * compared with each other, and so are every two fragments. It reads the tokens only. @throws BAD_USER_INPUT
 */
export function checkRepetition(query: string, maxTokens: number): void {
  const times = new Map<string, number>();
  const lexer = new Lexer(new Source(query));
  try {
    for (let n = 0; ; n++) {
      const { kind, value } = lexer.advance();
      if (kind === TokenKind.EOF) break;
      if (n > maxTokens) return;
      const what = kind === TokenKind.NAME ? value : kind === TokenKind.SPREAD ? kind : null;
      if (what !== null) times.set(what, (times.get(what) ?? 0) + 1);
    }
  } catch (error) {
    // The parser says what is wrong with it, as it does where there are too many.
    if (error instanceof GraphQLError) return;
    throw error;
  }
  const pairs = [...times.values()].reduce((sum, n) => sum + n * n, 0);
  if (pairs <= maxPairs) return;
  const [most, count] = [...times].reduce((a, b) => (b[1] > a[1] ? b : a));
  const example = `\`${most.slice(0, 80)}\` stands in it ${count} times`;
  throw refusing(badUserInput(`the operation repeats itself too much to be read: ${example}`), 400);
}
