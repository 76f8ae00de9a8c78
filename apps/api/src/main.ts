// Only what every Node version that knows modules understands, and no static import: an old Node must get as far as the message.
const wanted = [20, 19];
const version = process.versions.node.split('.').map(Number);
const isOld = version[0]! < wanted[0]! || (version[0] === wanted[0] && version[1]! < wanted[1]!);

if (isOld) {
  console.error(`svclab cannot start: it needs Node ${wanted.join('.')} or newer, and this is Node ${process.versions.node}.`);
  process.exit(1);
} else {
  void import('./server.js').then(({ run }) => run());
}
