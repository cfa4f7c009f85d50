// Reads the manifest of each JPEG (base64) with TrustNXT's library, which is no wrapper of the one
// that wrote it: whether it holds, and the labels of its newest assertions.
import { JPEG } from '@trustnxt/c2pa-ts/asset';
import { SuperBox } from '@trustnxt/c2pa-ts/jumbf';
import { ManifestStore } from '@trustnxt/c2pa-ts/manifest';

let text = '';
for await (const piece of process.stdin) text += piece;

const answers = [];
for (const picture of JSON.parse(text).pictures) {
  const asset = new JPEG(Buffer.from(picture, 'base64'));
  const store = ManifestStore.read(SuperBox.fromBuffer(asset.getManifestJUMBF()));
  const result = await store.validate(asset);
  answers.push({
    valid: result.isValid,
    failed: result.statusEntries.filter((entry) => !entry.success).map((entry) => entry.code),
    labels: store.getActiveManifest().assertions.assertions.map((item) => item.fullLabel),
    manifests: store.manifests.length,
  });
}
console.log(JSON.stringify(answers));
