import Module from "node:module";

type Resolve = (request: string, ...rest: readonly unknown[]) => string;

// In tests Jest's moduleNameMapper finds `./x.ts` for `./x.js`. Node's own require loads its global
// set-up and tear-down, and needs the same mapping.
const loader = Module as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;
loader._resolveFilename = function (request, ...rest) {
  try {
    return resolve.call(this, request, ...rest);
  } catch (error) {
    if (!/^\.{1,2}\/.*\.js$/.test(request)) throw error;
    return resolve.call(this, request.replace(/\.js$/, ".ts"), ...rest);
  }
};
