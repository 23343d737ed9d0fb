// An OpenID Connect provider for the tests: `node oidc_provider.mjs TOOLS REDIRECT SIGNED_OUT`, where TOOLS holds
// node_modules/oidc-provider. Listens on a free port of 127.0.0.1, says its issuer on stdout, and ends with its stdin.
// Whoever signs in is believed; groups are what stands before a dash in the name: `platform-alice` is in `platform`.
import { createServer } from 'node:http'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

// Standard output is for the issuer alone.
console.info = console.error
console.log = console.error
const [tools, redirect, signedOut] = process.argv.slice(2)
const { default: Provider } = await import(
  pathToFileURL(join(tools, 'node_modules/oidc-provider/lib/index.js')).href
)

const configuration = {
  clients: [
    {
      client_id: 'palisade',
      client_secret: 'oidc-client-secret-Qx7canary',
      redirect_uris: [redirect],
      post_logout_redirect_uris: [signedOut],
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  scopes: ['openid', 'profile', 'email', 'groups'],
  claims: {
    openid: ['sub'],
    profile: ['name', 'preferred_username'],
    email: ['email'],
    groups: ['groups'],
  },
  pkce: { required: () => true },
  cookies: { keys: ['for tests'] },
  features: { devInteractions: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: `<b>${id}</b>`,
      preferred_username: id,
      email: `${id}@example.org`,
      groups: id.includes('-') ? [id.split('-')[0]] : [],
    }),
  }),
}

const server = createServer((request, response) => handle(request, response))
let handle
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`
  handle = new Provider(issuer, configuration).callback()
  process.stdout.write(`issuer ${issuer}\n`)
})
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
