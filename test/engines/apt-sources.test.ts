import { debianMirror } from "../../engines/packages/apt.js";
import { parseDeb822, parseOneLine } from "../../engines/packages/apt-sources.js";

const deb822 = `# The main archive
Types: deb deb-src
# snapshot of some day
URIs: http://mirror.example/debian http://other.example/debian
Suites: bookworm
 bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/some.gpg

Types: deb
Enabled: no
URIs: http://switched-off.example/debian
Suites: bookworm
 \t
Types: deb-src
URIs: http://sources.example/debian
Suites: bookworm

Types: deb
URIs: http://security.example/debian-security
Suites: bookworm-security
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
`;

test("deb822: binary sources that are switched on, with continued fields and comments", () => {
  expect(parseDeb822(deb822)).toEqual([
    {
      uris: ["http://mirror.example/debian", "http://other.example/debian"], suites: ["bookworm", "bookworm-updates"],
      signedBy: "/usr/share/keyrings/some.gpg",
    },
    { uris: ["http://security.example/debian-security"], suites: ["bookworm-security"], signedBy: null },
  ]);
});

test("one line a source, with and without options", () => {
  const text = `
# deb http://commented.example/debian bookworm main
deb-src http://mirror.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/key.gpg] http://mirror.example/debian trixie main contrib
deb http://plain.example/debian sid main # note`;
  expect(parseOneLine(text)).toEqual([
    { uris: ["http://mirror.example/debian"], suites: ["trixie"], signedBy: "/etc/key.gpg" },
    { uris: ["http://plain.example/debian"], suites: ["sid"], signedBy: null },
  ]);
});

test("the mirror is the Debian archive itself: not its security updates, not another project's", () => {
  const foreign = parseOneLine(
    "deb http://vendor.example/apt nodistro main\ndeb http://security.example/debian-security bookworm-security main",
  );
  expect(debianMirror(foreign)).toBeNull();
  expect(debianMirror([...foreign, ...parseDeb822(deb822)])?.uris[0]).toBe("http://mirror.example/debian");
});
