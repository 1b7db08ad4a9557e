// Folders of photos that benches make once and do not remove.

import fs from 'node:fs';
import path from 'node:path';
import { projectFolder } from '../bundling.js';

const corpora = path.join(projectFolder, 'corpus-peers');

/** The folder `name`. It is made under a temporary name and then renamed, so that it is never incomplete. */
export async function keptFolder(
  name: string,
  make: (folder: string) => void | Promise<void>,
): Promise<string> {
  const folder = path.join(corpora, name);
  if (fs.existsSync(folder)) return folder;
  console.error(`making ${folder}`);
  const part = `${folder}.part`;
  fs.rmSync(part, { recursive: true, force: true });
  fs.mkdirSync(part, { recursive: true });
  await make(part);
  fs.renameSync(part, folder);
  return folder;
}
