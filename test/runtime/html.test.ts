import { escapedHtml } from "../../runtime/html.js";

test("no text of a row ends a tag, an attribute or an entity", () => {
  expect(escapedHtml(`<a title="it's">R&D &amp;`)).toBe("&lt;a title=&quot;it&#39;s&quot;&gt;R&amp;D &amp;amp;");
  expect(escapedHtml("plain ö 😀\n")).toBe("plain ö 😀\n");
});
