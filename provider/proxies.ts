import { HttpsProxyAgent } from "https-proxy-agent";
import { getProxyForUrl } from "proxy-from-env";
import { Agent, install, ProxyAgent, setGlobalDispatcher, type Dispatcher } from "undici";
import { isLoopback } from "./rules/loopback";

/** For what doesn't go by `fetch` alone. */
export interface Proxies {
  /** For Node's own HTTPS client; undefined where no proxy is to be used for the URL. */
  readonly agentFor: (url: string) => HttpsProxyAgent<string> | undefined;
}

/** From now on `fetch` and its `Request` go by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, which Node.js 20 by itself doesn't. */
export function useProxies(): Proxies {
  const direct = new Agent();
  const tunnels = new Map<string, Dispatcher>();
  const dispatcher = direct.compose((dispatch) => (options, handler) => {
    const proxy = proxyFor(String(options.origin));
    if (proxy === undefined) return dispatch(options, handler);
    const tunnel = tunnels.get(proxy) ?? new ProxyAgent(proxy);
    tunnels.set(proxy, tunnel);
    return tunnel.dispatch(options, handler);
  });
  install();
  setGlobalDispatcher(dispatcher);
  return {
    agentFor(url) {
      const proxy = proxyFor(url);
      return proxy === undefined ? undefined : new HttpsProxyAgent(proxy);
    },
  };
}

function proxyFor(url: string): string | undefined {
  const proxy = isLoopback(new URL(url).hostname) ? "" : getProxyForUrl(url);
  return proxy === "" ? undefined : proxy;
}
