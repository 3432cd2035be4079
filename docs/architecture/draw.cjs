// Draws each .dot file of this folder as a picture beside it; `npm run docs` runs it.
"use strict";
const { readdirSync, readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { instance } = require("@viz-js/viz");

/** The name of each picture, and its text. */
exports.pictures = async () => {
  const viz = await instance();
  const sources = readdirSync(__dirname).filter((file) => file.endsWith(".dot"));
  return new Map(sources.map((file) => [
    file.replace(/\.dot$/, ".svg"), viz.renderString(readFileSync(join(__dirname, file), "utf8"), { format: "svg" }),
  ]));
};

if (require.main === module) {
  exports.pictures().then((pictures) => {
    for (const [file, text] of pictures) writeFileSync(join(__dirname, file), text);
  });
}
