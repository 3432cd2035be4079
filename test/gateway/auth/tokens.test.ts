import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { exportJWK, SignJWT } from "jose";
import { developmentTokens } from "../../../gateway/auth/development.js";
import { keySource } from "../../../gateway/auth/keys.js";
import { TokenVerifier } from "../../../gateway/auth/tokens.js";
import type { Viewer } from "../../../gateway/auth/viewer.js";
import { PreflightFailed } from "../../../runtime/findings.js";
import { totesys } from "../../support/totesys.js";
import { configOf, folder, type Options } from "../support/world.js";

const secret = "0123456789abcdef0123456789abcdef";
const dataDir = folder();
afterAll(() => rmSync(dataDir, { recursive: true }));

const verifierOf = async (options: Options) => {
  const config = configOf(dataDir, options);
  return new TokenVerifier(await keySource(config), { issuer: config.jwtIssuer, audience: config.jwtAudience }, totesys);
};
const claimsOf = (claims: object) => new SignJWT({ sub: "ann", role: "partner", counterparty_id: "7", ...claims });
const signed = (claims: object = {}, { exp = "1h", alg = "HS256", key = Buffer.from(secret) as Buffer | KeyObject, kid = "" } = {}) =>
  claimsOf(claims).setProtectedHeader({ alg, ...(kid && { kid }) }).setExpirationTime(exp).sign(key);
const answer = async (verifier: TokenVerifier, token: string): Promise<Viewer | string> =>
  verifier.viewer(`Bearer ${token}`).catch((
    error: { message: string; extensions: { code: string } },
  ) => `${error.extensions.code}: ${error.message}`);

describe("a token signed with the secret", () => {
  test("makes a viewer of its claims", async () => {
    const verifier = await verifierOf({ jwtSecret: secret });
    const viewer = {
      id: "ann", role: "partner", claims: { counterparty_id: "7" }, reads: new Set(["public"]), rows: { of: "counterparty", key: "7" },
    };
    expect(await answer(verifier, await signed())).toEqual(viewer);
    expect(await answer(verifier, await signed({ counterparty_id: 7 }))).toEqual(viewer);
    expect(await answer(verifier, await signed({ role: "staff", counterparty_id: undefined }))).toMatchObject({
      role: "staff", claims: { counterparty_id: null }, rows: "all",
    });
  });

  test.each([
    ["no role", { role: undefined }, "the token has no `role`"],
    ["an unknown role", { role: "root" }, "the token's `role` is not one of partner, staff, support, finance, administrator"],
    ["a role of Object's", { role: "constructor" }, "the token's `role` is not one of partner, staff, support, finance, administrator"],
    ["no subject", { sub: undefined }, "the token has no `sub`"],
    ["no counterparty for a partner", { counterparty_id: undefined }, "the token has no `counterparty_id`, which a partner needs"],
    ["a counterparty that is no id", { counterparty_id: "7 OR 1=1" }, "the token's `counterparty_id` is not a whole number"],
    ["a null counterparty", { counterparty_id: null }, "the token's `counterparty_id` is not a whole number"],
    ["a counterparty of 0", { counterparty_id: 0 }, "the token's `counterparty_id` is one that no counterparty can have"],
    ["a counterparty below 0", { counterparty_id: "-1" }, "the token's `counterparty_id` is one that no counterparty can have"],
    [
      "a counterparty beyond the key's type", { counterparty_id: "9223372036854775808" },
      "the token's `counterparty_id` is not a whole number",
    ],
    ["a counterparty that JSON rounded", { counterparty_id: 2 ** 53 }, "the token's `counterparty_id` is not a whole number"],
    ["a beginning in the future", { iat: Math.floor(Date.now() / 1000) + 3600 }, "the token's `iat` is in the future"],
    ["a beginning that is no time", { iat: -1e300 }, "the token's `iat` is not a time"],
    ["a first use that is no time", { nbf: -1e300 }, "the token's `nbf` is not a time"],
    ["a first use in the future", { nbf: 1e300 }, "the token's `nbf` is not accepted here"],
  ])("with %s is refused", async (_what, claims, message) => {
    expect(await answer(await verifierOf({ jwtSecret: secret }), await signed(claims))).toBe(`UNAUTHENTICATED: ${message}`);
  });

  test("is refused when it expired, and told so; when it never expires; when it is not from here", async () => {
    const verifier = await verifierOf({ jwtSecret: secret, jwtIssuer: "us", jwtAudience: "gateway" });
    const ours = { iss: "us", aud: "gateway" };
    expect(await answer(verifier, await signed(ours))).toMatchObject({ id: "ann" });
    expect(await answer(verifier, await signed(ours, { exp: "-1h" }))).toMatch(/^UNAUTHENTICATED: the token expired at \d{4}-/);
    expect(
      await answer(verifier, await claimsOf(ours).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret))),
    ).toBe("UNAUTHENTICATED: the token has no `exp`");
    expect(await answer(verifier, await signed({ ...ours, iss: "them" }))).toBe("UNAUTHENTICATED: the token's `iss` is not accepted here");
    expect(await answer(verifier, await signed({ iss: "us" }))).toBe("UNAUTHENTICATED: the token has no `aud`");
  });

  test.each([
    [1e300, "the token's `exp` is not a time"], [253_402_300_800, "the token's `exp` is not a time"], [-1e300, "the token expired"],
  ])(
    "is refused when its end, %d, is no time that a clock can show", async (exp, message) => {
      const verifier = await verifierOf({ jwtSecret: secret });
      expect(
        await answer(verifier, await claimsOf({ exp }).setProtectedHeader({ alg: "HS256" }).sign(Buffer.from(secret))),
      ).toBe(`UNAUTHENTICATED: ${message}`);
    },
  );

  test("is refused when another key signed it, when it is altered, unsigned or no token at all", async () => {
    const verifier = await verifierOf({ jwtSecret: secret });
    const [header, , signature] = (await signed()).split(".") as [string, string, string];
    const altered = Buffer.from(JSON.stringify({ sub: "ann", role: "administrator", exp: 9e9 })).toString("base64url");
    const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${altered}.`;
    const notOurs = "UNAUTHENTICATED: the token is not signed by a key that is accepted here";
    expect(await answer(verifier, await signed({}, { key: Buffer.from(secret.toUpperCase()) }))).toBe(notOurs);
    expect(await answer(verifier, `${header}.${altered}.${signature}`)).toBe(notOurs);
    expect(await answer(verifier, unsigned)).toMatch(/^UNAUTHENTICATED: /);
    expect(await answer(verifier, "a.b.c")).toBe("UNAUTHENTICATED: the token is not a signed JWT");
    await expect(verifier.viewer("Basic YTpi")).rejects.toThrow("the Authorization header is not `Bearer <token>`");
    await expect(verifier.viewer(undefined)).rejects.toThrow("a token is needed");
  });

  test("that was accepted is not verified again until it expires", async () => {
    let verified = 0;
    const verifier = new TokenVerifier(
      { key: async () => { verified++; return Buffer.from(secret); }, algorithms: ["HS256"] }, { issuer: undefined, audience: undefined },
      totesys,
    );
    const token = await signed();
    for (let i = 0; i < 5; i++) await answer(verifier, token);
    expect(verified).toBe(1);

    const soon = await claimsOf({}).setProtectedHeader({ alg: "HS256" }).setExpirationTime(
      Math.floor(Date.now() / 1000) - 4,
    ).sign(Buffer.from(secret));
    for (let i = 0; i < 2; i++) expect(await answer(verifier, soon)).toMatchObject({ id: "ann" });
    expect(verified).toBe(3);
  });
});

describe("public keys", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const ed = generateKeyPairSync("ed25519");
  const file = (name: string, text: string) => {
    writeFileSync(join(dataDir, name), text);
    return pathToFileURL(join(dataDir, name)).href;
  };
  const pem = (key: KeyObject) => key.export({ type: "spki", format: "pem" }).toString();

  test("a PEM file verifies with the algorithms of its key only", async () => {
    const verifier = await verifierOf({ jwtKeys: file("rsa.pem", pem(rsa.publicKey)) });
    for (const alg of ["RS256", "PS256"]) expect(
      await answer(verifier, await signed({}, { alg, key: rsa.privateKey })),
    ).toMatchObject({ id: "ann" });
    // The classic confusion: the public key's own text used as an HS256 secret.
    const confused = await signed({ role: "administrator" }, { key: Buffer.from(pem(rsa.publicKey)) });
    expect(await answer(verifier, confused)).toBe("UNAUTHENTICATED: the token is signed in a way that is not accepted here");

    expect(await answer(
      await verifierOf({ jwtKeys: file("ec.pem", pem(ec.publicKey)) }), await signed({}, { alg: "ES256", key: ec.privateKey }),
    )).toMatchObject({ id: "ann" });
    expect(await answer(
      await verifierOf({ jwtKeys: file("ed.pem", pem(ed.publicKey)) }), await signed({}, { alg: "EdDSA", key: ed.privateKey }),
    )).toMatchObject({ id: "ann" });
  });

  test("a JWKS, from a file or a server, verifies by key id; unreachable keys are UNAVAILABLE, not a refusal", async () => {
    const jwks = JSON.stringify({ keys: [
      { ...(await exportJWK(rsa.publicKey)), kid: "one", alg: "RS256" }, { ...(await exportJWK(ec.publicKey)), kid: "two", alg: "ES256" },
    ] });
    const server = createServer((_request, response) => response.end(jwks));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    const late = await verifierOf({ jwtKeys: remote });
    for (const jwtKeys of [file("jwks.json", jwks), remote]) {
      const verifier = await verifierOf({ jwtKeys });
      expect(await answer(verifier, await signed({}, { alg: "RS256", key: rsa.privateKey, kid: "one" }))).toMatchObject({ id: "ann" });
      expect(await answer(verifier, await signed({}, { alg: "ES256", key: ec.privateKey, kid: "two" }))).toMatchObject({ id: "ann" });
      expect(
        await answer(verifier, await signed({}, { alg: "ES256", key: ec.privateKey, kid: "three" })),
      ).toBe("UNAUTHENTICATED: the token is not signed by a key that is accepted here");
    }
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(
      await answer(late, await signed({}, { alg: "RS256", key: rsa.privateKey, kid: "one" })),
    ).toBe("UNAVAILABLE: the keys that verify tokens cannot be fetched; try again");
  });

  test.each([["missing.pem", null], ["garbage.pem", "garbage"], ["empty.json", "{}"]])("%s is a finding", async (name, text) => {
    const url = text === null ? pathToFileURL(join(dataDir, name)).href : file(name, text);
    await expect(verifierOf({ jwtKeys: url })).rejects.toThrow(PreflightFailed);
  });
});

describe("development tokens", () => {
  test("one a role, valid after a restart, from a secret only its owner can read", async () => {
    const config = configOf(dataDir, { development: true, developmentKey: "42" });
    const tokens = await developmentTokens(config, totesys);
    expect(tokens.map(({ role, owns }) => [role, owns && `${owns.of} ${owns.key}`])).toEqual([
      ["partner", "counterparty 42"], ["staff", null], ["support", null], ["finance", null], ["administrator", null],
    ]);
    expect(statSync(join(dataDir, "development-secret")).mode & 0o777).toBe(0o600);
    const restarted = await verifierOf({ development: true });
    for (const { role, token } of tokens) expect(await answer(restarted, token)).toMatchObject({ role });
    expect(await answer(restarted, tokens[0]!.token)).toMatchObject({
      claims: { counterparty_id: "42" }, rows: { of: "counterparty", key: "42" },
    });
  });

  test("none when the operator's own keys sign, and none outside development", async () => {
    expect(await developmentTokens(configOf(dataDir, { development: true, jwtSecret: secret }), totesys)).toEqual([]);
    expect(await developmentTokens(configOf(dataDir), totesys)).toEqual([]);
  });
});
