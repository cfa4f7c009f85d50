// Reads {"key": JWK, "tokens": [..]} on stdin and says of each whether jose takes it as our
// `vc+jwt`, one JSON list on stdout.
import {compactVerify, importJWK} from 'jose';
import {readFileSync} from 'node:fs';

const given = JSON.parse(readFileSync(0, 'utf8'));
const key = await importJWK(given.key, 'EdDSA');

const judge = async token => {
  try {
    const {payload, protectedHeader} = await compactVerify(token, key, {algorithms: ['EdDSA']});
    const typed = protectedHeader.typ === 'vc+jwt' && protectedHeader.cty === 'vc';
    return {verified: typed, payload: new TextDecoder().decode(payload)};
  } catch(error) {
    return {verified: false, error: error.code ?? String(error)};
  }
};

const answers = [];
for(const token of given.tokens) {
  answers.push(await judge(token));
}
process.stdout.write(JSON.stringify(answers));
