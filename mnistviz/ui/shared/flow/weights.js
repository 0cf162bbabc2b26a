// Keeps the weights of a network in the browser, for all components that compute with it.
export default function ({ data }) {
  window.mnistvizNetworks ??= new Map()
  if (window.mnistvizNetworks.has(data.network)) return
  const layers = withWeights(data.layers, floats(data.weights))
  window.mnistvizNetworks.set(data.network, { layers, titles: data.titles })
  window.dispatchEvent(new Event("mnistviz-network"))
}
