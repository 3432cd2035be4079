// `node --require typescript.cjs file.ts` runs a TypeScript file in a process of its own, compiled as Jest compiles it.
"use strict";
const Module = require("node:module");

Module._extensions[".ts"] = (module, file) => module._compile(require("@swc/core").transformFileSync(file, { sourceMaps: "inline" }).code, file);
const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  try {
    return resolve.call(this, request, ...rest);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
    return resolve.call(this, request.replace(/\.js$/, ".ts"), ...rest);
  }
};
