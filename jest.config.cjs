// Jest on Node 20 cannot load ESM-only packages, so those few are compiled as our own source is.
const esmOnly = ["@faker-js/faker", "jose", "fast-check", "pure-rand"];

module.exports = {
  testEnvironment: "node",
  rootDir: __dirname,
  testMatch: ["<rootDir>/test/**/*.test.ts"],
  globalSetup: "<rootDir>/test/support/global-setup.ts",
  globalTeardown: "<rootDir>/test/support/global-teardown.ts",
  setupFiles: ["reflect-metadata"],
  reporters: ["default", "<rootDir>/test/support/summary-reporter.cjs"],
  // The engines work beside the tests, so more workers than this only wait for one another.
  maxWorkers: 2,
  testTimeout: 60_000,
  transform: {
    "^.+\\.[cm]?tsx?$": ["@swc/jest"],
    "/node_modules/.+\\.m?js$": ["@swc/jest", { swcrc: false, jsc: { target: "es2022" }, module: { type: "commonjs" } }],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`],
  moduleNameMapper: { "^(\\.{1,2}/.*)\\.js$": "$1" },
};
