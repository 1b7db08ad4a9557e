// Chromium, in which tests look at a gallery: from the disk and over HTTP. A test fails when its page reports an error, opens a dialog or
// asks for anything outside of the gallery, unless the test expects it.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { testWithPrograms } from '../requirements.js';
import { type FolderServer, serveFolder } from './server.js';

/** `test`, where Chromium is installed. */
export const testInChromium: ReturnType<typeof testWithPrograms> = testWithPrograms('chromium');

/** How a gallery is opened. */
export const WAYS = ['disk', 'http'] as const;
export type Way = (typeof WAYS)[number];

export interface OpenOptions extends BrowserContextOptions {
  /** @default 'disk' */
  readonly way?: Way;
  /** What is expected to be reported. Each has to be. */
  readonly expected?: readonly RegExp[];
}

const ARGUMENTS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** For what follows from an event, on a loaded machine. */
const TIMEOUT_MS = 30_000;

/** An assertion that is tried until it holds: what a page shows follows from events. */
export function eventually<Value>(read: () => Value | Promise<Value>): ReturnType<typeof expect.poll<Value>> {
  return expect.poll(read, { timeout: TIMEOUT_MS, interval: 20 });
}

let launched: Promise<Browser> | undefined;

/** The browser of this file's tests. */
function launch(): Promise<Browser> {
  // The variable by which tests find processes of theirs that are left: the browser outlives each test.
  const { THUMBS_TEST: _, ...env } = process.env;
  launched ??= chromium.launch({
    executablePath: programPath('chromium'),
    // As root Chromium has no sandbox.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ARGUMENTS,
    env: env as Record<string, string>,
  });
  return launched;
}

/**
 * A gallery for the tests of one file.
 * @param make Makes `gallery` in the folder, before the first test.
 */
export function browsedGallery(make: (folder: string) => Promise<void>): BrowsedGallery {
  const browsed = new BrowsedGallery();
  beforeAll(async () => {
    await Promise.all([launch(), make(browsed.makeFolder())]);
    await browsed.start();
  });
  afterAll(() => browsed.stop());
  return browsed;
}

export class BrowsedGallery {
  /** The folder that the gallery lies in. */
  #parent = '';
  #server: FolderServer | undefined;

  get folder(): string {
    return path.join(this.#parent, 'gallery');
  }

  makeFolder(): string {
    this.#parent = fs.mkdtempSync(path.join(os.tmpdir(), 'thumbs-test-'));
    return this.#parent;
  }

  async start(): Promise<void> {
    this.#server = await serveFolder(this.folder);
  }

  async stop(): Promise<void> {
    await (await launched)?.close();
    await this.#server?.close();
    if (this.#parent !== '') fs.rmSync(this.#parent, { recursive: true, force: true });
  }

  /** Address of a page. */
  address(page: string, way: Way = 'disk'): string {
    return `${this.#root(way)}${page}`;
  }

  /** Opens a page in a context of its own, which lasts as long as the test. */
  async open(page: string, { way = 'disk', expected = [], ...options }: OpenOptions = {}): Promise<Page> {
    const context = await (await launch()).newContext({ locale: 'en-US', ...options });
    context.setDefaultTimeout(TIMEOUT_MS);
    const opened = await context.newPage();
    const reports = collectReports(opened, this.#root(way));
    const refused = this.#server?.refused ?? [];
    const refusedBefore = refused.length;
    onTestFinished(async () => {
      await context.close();
      const all = [...reports, ...refused.slice(refusedBefore).map((address) => `not found: ${address}`)];
      expect(all.filter((report) => !expected.some((pattern) => pattern.test(report)))).toEqual([]);
      expect(expected.filter((pattern) => !all.some((report) => pattern.test(report)))).toEqual([]);
    });
    await opened.goto(this.address(page, way));
    return opened;
  }

  /** Opens a page with photos, and waits until the script shows them. */
  async openPhotos(page: string, options: OpenOptions = {}): Promise<Page> {
    const opened = await this.open(page, options);
    await photoLinks(opened).first().waitFor();
    return opened;
  }

  #root(way: Way): string {
    return way === 'disk' ? pathToFileURL(`${this.folder}/`).href : (this.#server?.url ?? '');
  }
}

/** The photos that have elements now. */
export function photoLinks(page: Page): Locator {
  return page.locator('main:not([hidden]) a[data-index]');
}

/** What the pictures show, as those are told who do not see them. */
export function shownNames(page: Page): Promise<string[]> {
  return photoLinks(page)
    .locator('img')
    .evaluateAll((images) => images.map((image) => image.getAttribute('alt') ?? ''));
}

/** What a page reports and asks for that it should not. @param root Address of the gallery. */
function collectReports(page: Page, root: string): string[] {
  const reports: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') reports.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => reports.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    reports.push(`dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => {});
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(root) && !url.startsWith('data:')) reports.push(`request: ${url}`);
  });
  page.on('requestfailed', (request) => {
    const reason = request.failure()?.errorText;
    // It has not left the browser. What the policy has blocked is on the console.
    if (reason === 'csp') reports.splice(reports.indexOf(`request: ${request.url()}`), 1);
    // Pictures of a page that was left.
    else if (reason !== 'net::ERR_ABORTED') reports.push(`failed: ${request.url()} ${reason}`);
  });
  return reports;
}

/** Where a program is installed. */
function programPath(program: string): string {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders.map((folder) => path.join(folder, program)).find((file) => fs.existsSync(file));
  if (found === undefined) throw new Error(`Expected ${program} to be installed`);
  return found;
}
