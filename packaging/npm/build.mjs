// Builds the npm package for this platform from the release build: `node packaging/npm/build.mjs FOLDER`.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

if (process.argv.length !== 3) {
  console.error('usage: node packaging/npm/build.mjs FOLDER');
  process.exit(2);
}
const out = resolve(process.argv[2]);
const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');

execFileSync('cargo', ['build', '--release', '--locked'], { cwd: root, stdio: 'inherit' });
const program = join(resolve(root, process.env.CARGO_TARGET_DIR ?? 'target'), 'release', 'samocode');
const say = (...args) => execFileSync(program, args, { encoding: 'utf8' });

const about = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
if (!about.os.includes(process.platform) || !about.cpu.includes(process.arch)) {
  throw new Error(`this is ${process.platform} ${process.arch}, package.json says ${about.os} ${about.cpu}`);
}

const stage = mkdtempSync(join(tmpdir(), 'samocode-npm-'));
try {
  for (const folder of ['bin', 'completions']) {
    mkdirSync(join(stage, folder));
  }
  copyFileSync(program, join(stage, 'bin', 'samocode'));
  chmodSync(join(stage, 'bin', 'samocode'), 0o755);
  say('man', '--dir', join(stage, 'man'));
  for (const [shell, file] of [['bash', 'samocode.bash'], ['zsh', '_samocode'], ['fish', 'samocode.fish']]) {
    writeFileSync(join(stage, 'completions', file), say('completions', shell));
  }
  for (const file of ['README.md', 'LICENSE']) {
    copyFileSync(join(root, file), join(stage, file));
  }
  // npm links only pages that are named one by one.
  about.man = readdirSync(join(stage, 'man')).sort().map((page) => `man/${page}`);
  about.version = say('--version').trim().split(' ')[1];
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify(about, null, 2)}\n`);
  mkdirSync(out, { recursive: true });
  execFileSync('npm', ['pack', '--silent', '--pack-destination', out, stage], { stdio: 'inherit' });
} finally {
  rmSync(stage, { recursive: true });
}
