import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get as httpGet, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { servePortal } from './serve-portal.js';

const THEME_SCRIPT = "document.documentElement.setAttribute('data-theme','dark')";
const page = (text: string): string =>
  `<html><head><script>${THEME_SCRIPT}</script><script src="/assets/js/main.js" defer></script></head><body>${text}</body></html>`;

const SITE: Readonly<Record<string, string>> = {
  'index.html': page('home'),
  '404.html': page('not found'),
  'guide.html': page('guide'),
  'guide/clusterip.html': page('clusterip'),
  'ko/index.html': page('홈'),
  'ko/404.html': page('없음'),
  'ko/guide/clusterip.html': page('서비스'),
  'assets/js/main.0123abcd.js': 'console.log(1)',
  'search-index-b5ae9d21.json': '[]',
  'img/logo.svg': '<svg/>',
};

interface Answer {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly rawPayload: Buffer;
  readonly body: string;
}

/** Sends the path exactly as given, where `fetch` would tidy it first. */
const ask = (web: FastifyInstance, path: string, headers: Record<string, string> = { accept: 'text/html' }): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { port } = web.server.address() as AddressInfo;
    httpGet({ host: '127.0.0.1', port, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const rawPayload = Buffer.concat(chunks);
        resolve({ statusCode: response.statusCode!, headers: response.headers, rawPayload, body: rawPayload.toString() });
      });
    }).on('error', reject);
  });

describe('the portal, served', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'svclab-portal-'));
  const fastify = new FastifyAdapter().getInstance();

  beforeAll(async () => {
    for (const [name, text] of Object.entries(SITE)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    servePortal(fastify, folder);
    await fastify.listen({ port: 0, host: '127.0.0.1' });
  });

  afterAll(async () => {
    await fastify.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (url: string, headers?: Record<string, string>): Promise<Answer> => ask(fastify, url, headers);

  it.each([
    ['/', 'home'],
    ['/guide', 'guide'],
    ['/guide/clusterip', 'clusterip'],
    ['/guide/clusterip?step=4', 'clusterip'],
    ['/ko/', '홈'],
    ['/ko/guide/clusterip', '서비스'],
  ])('shows a page at %s', async (url, text) => {
    const answer = await get(url);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(answer.body).toBe(page(text));
  });

  it.each([
    ['/guide/', '/guide'],
    ['/guide/clusterip/?step=4', '/guide/clusterip?step=4'],
    ['/guide.html', '/guide'],
    ['/ko', '/ko/'],
    ['/index.html', '/'],
    ['/ko/index.html', '/ko/'],
  ])('leads %s to %s', async (url, target) => {
    const answer = await get(url);
    expect([answer.statusCode, answer.headers['location']]).toEqual([308, target]);
  });

  it('says that nothing is there in the language of the path, and to programs in their own words', async () => {
    const lost = await get('/nowhere');
    expect([lost.statusCode, lost.body]).toEqual([404, page('not found')]);
    const lostInKorean = await get('/ko/nowhere');
    expect([lostInKorean.statusCode, lostInKorean.body]).toEqual([404, page('없음')]);
    for (const answer of [await get('/api/v1/nowhere'), await get('/nowhere', { accept: '*/*' })]) {
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['content-type']).toContain('json');
    }
  });

  it.each(['/../package.json', '/%2e%2e/package.json', '/..%2fpackage.json', '//example.org/', '/assets'])(
    'has nothing outside the site: %s',
    async (url) => expect((await get(url)).statusCode).toBe(404),
  );

  it('lets browsers keep what is named by its content, and ask again for all else', async () => {
    for (const url of ['/assets/js/main.0123abcd.js', '/search-index-b5ae9d21.json'])
      expect((await get(url)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const url of ['/', '/img/logo.svg']) expect((await get(url)).headers['cache-control']).toBe('no-cache');
    const { etag } = (await get('/')).headers;
    const again = await get('/', { 'if-none-match': String(etag) });
    expect([again.statusCode, again.body]).toEqual([304, '']);
  });

  it('compresses text', async () => {
    const answer = await get('/guide', { accept: 'text/html', 'accept-encoding': 'gzip, br' });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.rawPayload).toString()).toBe(page('guide'));
  });

  it('allows the inline script of its pages by hash, and no other', async () => {
    const policy = String((await get('/')).headers['content-security-policy']);
    const hash = createHash('sha256').update(THEME_SCRIPT).digest('base64');
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`);
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/);
  });
});

describe('without a built portal', () => {
  it('shows a plain page that leads on', async () => {
    const fastify = new FastifyAdapter().getInstance();
    servePortal(fastify, path.join(tmpdir(), 'svclab-no-such-folder'));
    await fastify.listen({ port: 0, host: '127.0.0.1' });
    const answer = await ask(fastify, '/');
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toContain('href="/api/docs"');
    await fastify.close();
  });
});
