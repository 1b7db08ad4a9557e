// Builds dist/ anew. Run: npm run build
import fs from 'node:fs';
import path from 'node:path';
import { bundle, compileReader, projectFolder, writeDeclarations } from './bundling.js';

fs.rmSync(path.join(projectFolder, 'dist'), { recursive: true, force: true });
await bundle();
writeDeclarations();
compileReader();
