import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { type Certificate, isUsable, makeSelfSigned } from './self-signed.js';

const CERTIFICATE = 'tls.crt';
const PRIVATE_KEY = 'tls.key';

/** The server's own certificate, kept in the data folder so that kubeconfigs stay good; made anew when it no longer fits. */
export async function certificateOf(folder: string, host: string): Promise<Certificate> {
  const names = [...new Set(['localhost', '127.0.0.1', hostname(), ...(isAnyAddress(host) ? [] : [host])])];
  const files = { certificate: path.join(folder, CERTIFICATE), privateKey: path.join(folder, PRIVATE_KEY) };
  if (existsSync(files.certificate) && existsSync(files.privateKey)) {
    const kept = { certificate: readFileSync(files.certificate, 'utf8'), privateKey: readFileSync(files.privateKey, 'utf8') };
    if (isUsable(kept.certificate, names, new Date())) return kept;
  }
  const made = await makeSelfSigned(names, new Date());
  writeFileSync(files.privateKey, `${made.privateKey}\n`, { mode: 0o600 });
  writeFileSync(files.certificate, `${made.certificate}\n`);
  return made;
}

const isAnyAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';
