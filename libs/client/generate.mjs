// Regenerates what libs/client keeps of the API: its OpenAPI document and the types made of it. With --check it writes
// nothing, and fails when what is kept is stale.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import openapiTypescript, { astToString } from 'openapi-typescript';
import prettier from 'prettier';

const here = import.meta.dirname;
const root = path.resolve(here, '../..');
const HEADER = '// Generated from openapi.json by `npm run update:client`: do not edit.\n';

/** The API's sources describe themselves; nothing listens for it. */
const document = execFileSync(
  process.execPath,
  ['--import', './apps/api/test/typescript-loader.mjs', 'apps/api/src/openapi/print-document.ts'],
  { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 },
);

const style = await prettier.resolveConfig(path.join(here, 'openapi.json'));
const types = HEADER + astToString(await openapiTypescript(JSON.parse(document)));
const generated = {
  'openapi.json': await prettier.format(document, { ...style, parser: 'json' }),
  'src/schema.d.ts': await prettier.format(types, { ...style, parser: 'typescript' }),
};

let stale = false;
for (const [name, text] of Object.entries(generated)) {
  const file = path.join(here, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (readFileSync(file, 'utf8') !== text) {
    stale = true;
    console.error(`libs/client/${name} is stale: run npm run update:client`);
  }
}
process.exit(stale ? 1 : 0);
