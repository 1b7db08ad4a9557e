// Ctrl-C while a large manifest is read.

import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { jsonLine } from '../../../src/printable.js';
import { failedRecord, writeRecords } from '../../support/manifests.js';
import { command } from '../../support/paths.js';
import { photoFolder } from '../../support/photos.js';
import { eventsOf } from '../../support/processes/command.js';
import { start, until } from '../../support/processes/processes.js';

/** Stops the process when it has read the first block of the manifest, and says at its end how many it has read. */
const STOP_WHILE_READING = `
import fs from 'node:fs';
const { openSync, closeSync, readSync } = fs;
const manifests = new Set();
let blocks = 0;
fs.openSync = (file, ...how) => {
  const descriptor = openSync(file, ...how);
  if (String(file).endsWith('manifest.jsonl')) manifests.add(descriptor);
  return descriptor;
};
fs.closeSync = (descriptor) => {
  manifests.delete(descriptor);
  closeSync(descriptor);
};
fs.readSync = (descriptor, bytes, offset, length, position) => {
  const count = readSync(descriptor, bytes, offset, length, position);
  const isHeader = position === 0;
  if (!manifests.has(descriptor) || isHeader) return count;
  blocks += 1;
  if (blocks === 1) process.kill(process.pid, 'SIGSTOP');
  return count;
};
process.on('exit', () => fs.writeSync(2, \`manifest: \${blocks} blocks\\n\`));
`;

const RECORDS = 100_000;

/** Of some 60 kB. There are 600 records in one, and so more than 150 blocks. */
const FEW_BLOCKS = 80;

/** A folder with a photo and a large manifest. */
function folderWithLargeManifest(): { folder: string; manifest: string } {
  const { folder, out } = photoFolder(1);
  const manifest = path.join(out, 'manifest.jsonl');
  fs.mkdirSync(out);
  writeRecords(manifest, []);
  const line = (index: number) =>
    `${jsonLine(failedRecord(`../gone/${String(index).padStart(6, '0')}.jpg`))}\n`;
  fs.appendFileSync(manifest, Array.from({ length: RECORDS }, (_, index) => line(index)).join(''));
  return { folder, manifest };
}

function isStopped(pid: number): boolean {
  return fs.readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.startsWith('T') === true;
}

for (const args of [['photos'], ['photos', '--dry-run'], ['verify'], ['verify', '--repair']]) {
  test.runIf(process.platform === 'linux')(
    `SIGINT while \`${args.join(' ')}\` reads a large manifest ends it at once, exit 130, and the manifest is unchanged`,
    async () => {
      const { folder, manifest } = folderWithLargeManifest();
      const before = fs.readFileSync(manifest, 'utf8');
      const hook = path.join(folder, 'hook.mjs');
      fs.writeFileSync(hook, STOP_WHILE_READING);
      const env = { NODE_OPTIONS: `--import=${hook}` };
      const run = start(process.execPath, [command, ...args, '--json'], { cwd: folder, env });
      await until(() => isStopped(run.pid));
      // Both wait until the process goes on.
      run.child.kill('SIGINT');
      run.child.kill('SIGCONT');
      const { code, stdout, stderr } = await run.finished;
      expect(code).toBe(130);
      expect(Number(/manifest: (\d+) blocks/.exec(stderr)?.[1])).toBeLessThan(FEW_BLOCKS);
      expect(fs.readFileSync(manifest, 'utf8') === before).toBe(true);
      expect(fs.readdirSync(path.dirname(manifest))).toEqual(['manifest.jsonl']);
      const types = eventsOf(stdout).map(({ type }) => type);
      expect(types).toEqual(args.length === 1 && args[0] === 'photos' ? ['start', 'summary'] : []);
      if (types.includes('start'))
        expect(eventsOf(stdout).at(-1)).toMatchObject({
          stopped: 'signal',
          photos: 0,
          notReached: 0,
          removed: 0,
        });
    },
  );
}
