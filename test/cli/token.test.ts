import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { decodeJwt } from "jose";
import { keySource } from "../../gateway/auth/keys.js";
import { TokenVerifier } from "../../gateway/auth/tokens.js";
import { runCli } from "../support/cli.js";
import { totesys } from "../support/totesys.js";

const folder = mkdtempSync(join(tmpdir(), "sluice-token-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const token = (...args: readonly string[]) => runCli(["token", "--data-dir", folder, ...args]);

test("the token of a role is printed alone, and the gateway of the data folder takes it", async () => {
  const { code, stdout, stderr } = await token("--role", "partner", "--development-key", "7");
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toMatch(/^eyJ\S+\n$/);
  const keys = await keySource({ jwtKeys: undefined, jwtSecret: undefined, dataDir: folder });
  const verifier = new TokenVerifier(keys, { issuer: undefined, audience: undefined }, totesys);
  expect(await verifier.viewer(`Bearer ${stdout.trim()}`)).toMatchObject({ role: "partner", claims: { counterparty_id: "7" } });
});

test("--json gives role, token, and the key of a role that sees its own rows only", async () => {
  const { code, stdout } = await token("--role", "finance", "--jwt-issuer", "here", "--json");
  const told = JSON.parse(stdout) as { readonly token: string };
  expect({ code, told }).toMatchObject({ code: 0, told: { role: "finance", token: told.token } });
  expect(decodeJwt(told.token)).toMatchObject({ role: "finance", iss: "here" });
});

test("an unknown role, no role, and a key of one's own are findings with a remedy", async () => {
  expect(await token("--role", "owner")).toMatchObject({
    code: 2, stdout: "", stderr: expect.stringMatching(/one of partner, staff, support, finance, administrator/),
  });
  expect(await token()).toMatchObject({ code: 2, stdout: "" });
  expect(await token("--role", "staff", "--jwt-secret", "x".repeat(32))).toMatchObject({
    code: 2, stdout: "", stderr: expect.stringMatching(/SLUICE_JWT_SECRET: it is set.*remedy: sign a token with that key/s),
  });
});
