// Compiles spec/pondus.ksy and parses the files named on standard input, one JSON [path, names] a line; 77 without the compiler.
const fs = require('fs');
const path = require('path');
let Compiler, KaitaiStream, yaml;
try {
  Compiler = require('kaitai-struct-compiler');
  KaitaiStream = require('kaitai-struct/KaitaiStream');
  yaml = require('js-yaml');
} catch (error) {
  console.log('skipped: ' + error.message.split('\n')[0]);
  process.exit(77);
}

function parse(Pondus, file, names) {
  const made = new Pondus(new KaitaiStream(fs.readFileSync(file)));
  const { directory } = made;
  const sum = (list, field) => list.reduce((total, one) => total + one[field], 0);
  const contents = directory.tables.map((table) => table.content);
  const good = JSON.stringify(directory.names.map((name) => name.text)) === JSON.stringify(names) &&
    directory._io.isEof() && contents.every((content) => content !== undefined) &&
    sum(directory.records, 'rank') === directory.dimCount && sum(directory.records, 'blockCount') === directory.blockCount &&
    contents.every((content) => !(content.tokens) || content.tokens.lengthAndExtra.length === content.tokenCount);
  if (!good) throw new Error('parsed otherwise');
}

async function main() {
  const description = yaml.load(fs.readFileSync(path.join(__dirname, '..', 'spec', 'pondus.ksy'), 'utf8'));
  const compiler = typeof Compiler === 'function' ? new Compiler() : Compiler;
  const sources = await compiler.compile('javascript', description, null, false);
  const module_ = { exports: {} };
  new Function('module', 'exports', 'require', 'define', sources['Pondus.js'])(module_, module_.exports, require, undefined);
  const Pondus = module_.exports.Pondus ?? module_.exports;
  let count = 0, failed = 0;
  for (const line of fs.readFileSync(0, 'utf8').split('\n').filter(Boolean)) {
    const [file, names] = JSON.parse(line);
    count++;
    try {
      parse(Pondus, file, names);
    } catch (error) {
      failed++;
      console.log(`${file}: ${error.message}`);
    }
  }
  console.log(`${count} files parsed, ${failed} failed`);
  process.exit(count === 0 || failed > 0 ? 1 : 0);
}
main();
