// A browser that translates a page puts an element of its own in the place of each text. React goes
// on to write to the text that it made: the new words would not be seen, and to remove the text
// would end the page. So a replaced text comes back before React uses it, and is translated again.
// One watcher for all visits of the page.
function bringBackTranslatedTexts() {
  if (window.mnistvizTranslatedTexts) return
  window.mnistvizTranslatedTexts = true
  const replacements = new WeakMap()
  const isTranslation = node => node?.nodeName === 'FONT'
  new MutationObserver(records => {
    for (const { removedNodes, addedNodes, previousSibling, nextSibling } of records) {
      const translation = [...addedNodes, previousSibling, nextSibling].find(isTranslation)
      if (!translation) continue
      for (const node of removedNodes) {
        if (node.nodeType === Node.TEXT_NODE) replacements.set(node, translation)
      }
    }
  }).observe(document.body, { subtree: true, childList: true })

  const bringBack = node => {
    const translation = node && !node.isConnected && replacements.get(node)
    if (translation && translation.isConnected) translation.replaceWith(node)
  }
  const { get, set } = Object.getOwnPropertyDescriptor(Node.prototype, 'nodeValue')
  Object.defineProperty(Node.prototype, 'nodeValue', {
    configurable: true,
    enumerable: true,
    get,
    set(value) {
      bringBack(this)
      set.call(this, value)
    },
  })
  const { removeChild, insertBefore } = Node.prototype
  Node.prototype.removeChild = function (child) {
    bringBack(child)
    return removeChild.call(this, child)
  }
  Node.prototype.insertBefore = function (child, before) {
    bringBack(before)
    return insertBefore.call(this, child, before)
  }
}
