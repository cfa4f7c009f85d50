// Reads {"cases": [{"licence", "statusList", "more"}], "contexts"} on stdin and says what Digital Bazaar's
// libraries think of each, one JSON list on stdout. No document is fetched from anywhere.
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as base58 from 'base58-universal';
import * as vc from '@digitalbazaar/vc';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {createVerifyCryptosuite} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import jsonld from 'jsonld';
import {readFileSync} from 'node:fs';

const given = JSON.parse(readFileSync(0, 'utf8'));
const documents = new Map(Object.entries(given.contexts));

const keyDocument = method => ({
  '@context': 'https://w3id.org/security/multikey/v1',
  id: method,
  type: 'Multikey',
  controller: method.split('#')[0],
  publicKeyMultibase: method.split('#')[1]
});

const didDocument = did => {
  const method = `${did}#${did.slice('did:key:'.length)}`;
  return {
    '@context': ['https://www.w3.org/ns/did/v1'],
    id: did,
    verificationMethod: [keyDocument(method)],
    assertionMethod: [method]
  };
};

const load = async url => {
  let document = documents.get(url);
  if(url.startsWith('did:key:')) {
    document = url.includes('#') ? keyDocument(url) : didDocument(url);
  }
  if(document === undefined) {
    return vc.defaultDocumentLoader(url);
  }
  return {contextUrl: null, document, documentUrl: url};
};

const newSuite = () => new DataIntegrityProof({cryptosuite: createVerifyCryptosuite()});
const sentence = error => error ? String(error.errors?.[0]?.message ?? error.message) : '';

const credential = async document => {
  const result = await vc.verifyCredential({
    credential: structuredClone(document),
    suite: newSuite(),
    documentLoader: load,
    checkStatus: options => checkStatus({...options, verifyMatchingIssuers: false})
  });
  return {
    verified: result.verified,
    proofs: (result.results ?? []).map(item => item.verified),
    // `verified` of a status says that its list could be read, not what the bit is.
    statusRead: result.statusResult?.verified ?? null,
    revoked: result.statusResult?.results?.map(item => item.status) ?? null,
    error: sentence(result.error)
  };
};

// These libraries know sets of proofs, not chains, and issuers, not guardians: the bytes that any
// other proof signs are made by their suite from the document with the proofs that it builds on.
const holds = async (document, last) => {
  const proof = structuredClone(last);
  const body = structuredClone(document);
  const earlier = [proof.previousProof ?? []].flat();
  body.proof = document.proof.filter(item => earlier.includes(item.id));
  if(body.proof.length === 0) {
    delete body.proof;
  }
  const suite = createVerifyCryptosuite();
  const data = await suite.createVerifyData({cryptosuite: suite, document: body, proof});
  const key = await Ed25519Multikey.from(keyDocument(proof.verificationMethod));
  const signature = base58.decode(proof.proofValue.slice(1));
  return key.verifier().verify({data, signature});
};

const judge = async ({licence: text, statusList, more}) => {
  const answer = {};
  try {
    const licence = JSON.parse(text);
    const [first] = [licence.credentialStatus].flat();
    documents.set(first?.statusListCredential, JSON.parse(statusList));
    more.map(one => JSON.parse(one)).forEach(one => documents.set(one.id, one));
    answer.credential = await credential(licence);
    answer.chained = await holds(licence, licence.proof.at(-1));
    answer.guardians = await Promise.all(licence.proof.slice(1, -1).map(one => holds(licence, one)));
    answer.expanded = await jsonld.expand(licence, {documentLoader: load, safe: true});
  } catch(error) {
    answer.error = sentence(error);
  }
  return answer;
};

const answers = [];
for(const one of given.cases) {
  answers.push(await judge(one));
}
process.stdout.write(JSON.stringify(answers));
