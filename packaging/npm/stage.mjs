// Runs before `npm pack` and `npm publish`: puts the program of the release build here, with what it says of itself.
// SAMOCODE_BINARY names another program. What it makes is not committed.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target');
const program = process.env.SAMOCODE_BINARY ?? join(target, 'release', 'samocode');
const say = (...args) => execFileSync(program, args, { encoding: 'utf8' });

const { version, os, cpu } = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
if (say('--version') !== `samocode ${version}\n`) {
  throw new Error(`${program} is ${say('--version').trim()}, package.json says ${version}`);
}
if (!os.includes(process.platform) || !cpu.includes(process.arch)) {
  throw new Error(`built on ${process.platform} ${process.arch}, package.json says ${os} ${cpu}`);
}

for (const folder of ['bin', 'man', 'completions']) {
  rmSync(join(here, folder), { recursive: true, force: true });
  mkdirSync(join(here, folder));
}
copyFileSync(program, join(here, 'bin', 'samocode'));
chmodSync(join(here, 'bin', 'samocode'), 0o755);
say('man', '--dir', join(here, 'man'));
for (const [shell, file] of [['bash', 'samocode.bash'], ['zsh', '_samocode'], ['fish', 'samocode.fish']]) {
  writeFileSync(join(here, 'completions', file), say('completions', shell));
}
for (const file of ['README.md', 'LICENSE']) {
  copyFileSync(join(root, file), join(here, file));
}
