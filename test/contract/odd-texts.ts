/** Texts that people, machines and attackers type into a search box. None of them is a query language. */
export const oddTexts: readonly string[] = [
  "\"", "\"\"\"", "'", "\\", "\\\"", "*", "a*", "*a", "?", "%", "_", "~", "^", "(", ")", "((a", "[", "{", "}", ":", "-", "--", "+", "!",
  "&&", "||", "/.*/",
  "AND", "OR", "NOT", "NOT a", "a AND", "NEAR(a b, 3)", "a NEAR b", "a OR OR b", "a:b", "counterparty_legal_name:a", "_exists_:a",
  "[a TO z]", "a~2", "a^3",
  "'; DROP TABLE counterparty; --", "{\"match_all\":{}}", "<script>alert(1)</script>", "${a}", "{{a}}",
  "\u0000", "a\u0000b", "\ud800", "a\udc00b", "\ufeffa", "\u200b", "\u202ea", "e\u0301", "\u{1f5ff}",
  "\u{1f468}\u200d\u{1f469}\u200d\u{1f467}", "ﬃ", "İ", "ß", "東", "ก็",
  "x".repeat(5_000), "a ".repeat(3_000), Array.from({ length: 2_000 }, (_, i) => `w${i}`).join(" "), "\"".repeat(1_000), "(".repeat(1_000),
  "語".repeat(3_000),
];
