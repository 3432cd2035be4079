import type { z } from "zod";
import { nearest } from "./nearest.js";

/** One mistake of form: where it stands in the file, and what is wrong there. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/** What an issue says, in plain words. An unknown name is reported where it stands. Of several forms, the nearest says what is wrong. */
export function mistakesOf(issue: z.core.$ZodIssue, given: unknown, within: Mistake["path"] = []): readonly Mistake[] {
  const path = [...within, ...issue.path] as (string | number)[];
  const value = path.reduce<unknown>((around, name) => (around as Record<string | number, unknown> | null | undefined)?.[name], given);
  const isMissing = value === undefined || value === null;
  switch (issue.code) {
    case "unrecognized_keys": return issue.keys.map((key) => ({ path: [...path, key], message: "is not known here" }));
    case "invalid_type": return [{ path, message: isMissing ? "is missing" : `must be ${wordFor(issue.expected)}` }];
    case "too_small": return [{ path, message: "is empty" }];
    case "invalid_value": return [{ path, message: issue.message.startsWith("Invalid") ? choice(issue.values, value) : issue.message }];
    case "invalid_union": {
      const forms = formsOf(issue);
      const [closest] = [...forms].sort((one, other) => depthOf(other) - depthOf(one) || countOf(one) - countOf(other));
      if (closest && depthOf(closest) > 0) return closest.flatMap((each) => mistakesOf(each, given, path));
      const values = forms.flat().flatMap((each) => (each.code === "invalid_value" ? each.values : []));
      if (isMissing) return [{ path, message: "is missing" }];
      return [{ path, message: values.length > 0 ? choice(values, value) : "is of no form that may stand here" }];
    }
    default: return [{ path, message: issue.message }];
  }
}

/** What each form finds wrong. A form that is itself one of several stands beside the others. */
function formsOf({ errors }: z.core.$ZodIssueInvalidUnion): readonly (readonly z.core.$ZodIssue[])[] {
  return errors.flatMap((issues) => {
    const [only, ...others] = issues;
    return only?.code === "invalid_union" && only.path.length === 0 && others.length === 0 ? formsOf(only) : [issues];
  });
}

function countOf(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === "unrecognized_keys" ? issue.keys.length : 1), 0);
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map(({ path, code }) => path.length + (code === "unrecognized_keys" ? 1 : 0)));
}

function choice(values: readonly unknown[], given: unknown): string {
  const words = values.map(String);
  return `must be ${words.join(" or ")}${typeof given === "string" ? nearest(given, words) : ""}`;
}

function wordFor(expected: string): string {
  switch (expected) {
    case "string": return "a text";
    case "array": return "a list";
    case "object": case "record": return "names with their values";
    default: return `a ${expected}`;
  }
}
