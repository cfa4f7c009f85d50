// Reads {"cases": [{key, headers, body}]} on stdin and says of each whether its receiver takes it,
// one JSON list on stdout: a shared secret by the library of Standard Webhooks, a public key by Node.
import {createPublicKey, verify} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {Webhook} from 'standardwebhooks';

const PUBLIC = 'whpk_';

const byKey = ({key, headers, body}) => {
  const x = Buffer.from(key.slice(PUBLIC.length), 'base64').toString('base64url');
  const held = createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x}, format: 'jwk'});
  const content = Buffer.from(
    `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`);
  const offered = headers['webhook-signature'].split(' ').map(each => each.split(','));
  return offered.some(([scheme, signature]) =>
    scheme === 'v1a' && verify(null, content, held, Buffer.from(signature, 'base64')));
};

const judge = one => {
  if(one.key.startsWith(PUBLIC)) {
    return {verified: byKey(one)};
  }
  try {
    return {verified: true, said: new Webhook(one.key).verify(one.body, one.headers)};
  } catch(error) {
    return {verified: false, error: error.message};
  }
};

process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, 'utf8')).cases.map(judge)));
