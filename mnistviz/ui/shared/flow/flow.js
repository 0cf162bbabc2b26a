// The component: a pad to draw on, all layers as thumbnails, one channel enlarged.
// While the pen is down the browser computes a preview; Python's figures replace it afterwards.

// In pixels: below this width the layers are rows, one under the other.
const NARROW = 560
const NARROW_PAD = 430
const [LARGEST_TILE, SMALLEST_TILE] = [40, 10]
const TALLEST = 320

export default function (component) {
  const { parentElement } = component
  const flow = (parentElement.mnistvizFlow ??= new Flow(parentElement))
  flow.receive(component)
  return () => {
    flow.end()
    delete parentElement.mnistvizFlow
  }
}

class Flow {
  constructor(parent) {
    this.root = parent.querySelector(".flow")
    this.find = name => this.root.querySelector(`.${name}`)
    this.strokes = []
    this.number = -1
    // Milliseconds of each preview.
    this.durations = []
    this.page = new AbortController()
    this.watcher = new ResizeObserver(() => this.layOut())
    this.watcher.observe(this.root)
    this.listen()
  }

  end() {
    this.page.abort()
    this.watcher.disconnect()
  }

  // New data from Python, or another theme.
  receive({ data, setStateValue }) {
    this.data = data
    this.send = setStateValue
    this.root.classList.toggle("pad-only", data.pad_only)
    this.find("undo").textContent = data.texts.undo
    this.find("clear").textContent = data.texts.clear
    this.find("pad").setAttribute("aria-label", data.texts.pad)
    if (data.number > this.number || this.number < 0) {
      this.number = data.number
      this.strokes = data.strokes
    }
    this.connectNetwork()
    this.showAnswerOfPython()
    this.drawPad()
  }

  // The weights are another component's, because they are sent only once.
  connectNetwork() {
    const stored = window.mnistvizNetworks?.get(this.data.network)
    if (this.network === stored) return
    this.network = stored
    if (stored) this.buildStages()
  }

  showAnswerOfPython() {
    if (!this.network || this.penDown || this.data.number < this.number) return
    const all = floats(this.data.outputs)
    const outputs = {}
    let position = 0
    for (const layer of this.network.layers) {
      // As `has_maps` in `network_weights.py`.
      if (layer.kind === "normalization") continue
      const length = layer.shape.reduce((product, side) => product * side, 1)
      outputs[layer.name] = all.subarray(position, (position += length))
    }
    const { probabilities, answer, detail, origin } = this.data
    const image = floats(this.data.image)
    this.show({ by: "python", image, outputs, probabilities, answer, detail, origin })
  }

  showPreview() {
    if (!this.network) return
    const begun = performance.now()
    const image = imageOf(this.strokes)
    const outputs = forward(this.network.layers, image)
    const blank = !this.strokes.length
    const logits = outputs[this.network.layers.at(-1).name]
    const probabilities = blank ? Array(this.data.classes.length).fill(0) : softmax(logits, this.data.temperature)
    const best = probabilities.indexOf(Math.max(...probabilities))
    const { texts } = this.data
    const percent = `${(100 * probabilities[best]).toFixed(1)}%`
    const detail = blank ? "" : texts.probability.replace("{probability}", percent)
    const answer = blank ? "" : this.data.classes[best]
    this.show({ by: "browser", image, outputs, probabilities, answer, detail, origin: texts.preview })
    this.durations = [...this.durations.slice(-99), performance.now() - begun]
  }

  show(shown) {
    this.shown = shown
    // For tests.
    Object.assign(this.root, { shown, durations: () => this.durations, strokes: () => this.strokes })
    this.root.dataset.by = shown.by
    const answer = this.find("answer")
    answer.replaceChildren(shown.answer, " ", Object.assign(document.createElement("small"), { textContent: shown.detail }))
    this.find("origin").textContent = shown.origin
    for (const stage of this.stages) this.paintStage(stage)
    this.place ??= this.strongest()
    this.showDetail()
  }

  // ---------------------------------------------------------------- layers

  buildStages() {
    const { layers, titles } = this.network
    let inputs = 1
    this.stages = [{ name: "input", shape: [28, 28, 1], channels: 1, layer: {} }]
    for (const layer of layers) {
      layer.inputs = layer.kind === "depthwise" ? 1 : inputs
      inputs = layer.shape[2]
      if (layer.kind === "normalization") continue
      this.stages.push({ name: layer.name, shape: layer.shape, channels: inputs, layer })
    }
    this.place = null
    const frame = this.find("layers")
    frame.querySelectorAll(".stage").forEach(old => old.remove())
    this.stages.forEach((stage, number) => {
      stage.number = number
      stage.scores = number === this.stages.length - 1
      const element = document.createElement("div")
      element.className = stage.scores ? "stage scores" : "stage"
      element.dataset.layer = stage.name
      const heading = document.createElement("h4")
      const [rows, columns] = stage.shape
      const size = Object.assign(document.createElement("span"), { textContent: stage.scores ? "" : `${rows}×${columns}` })
      heading.append(titles[stage.name] ?? stage.name, size)
      const tiles = Object.assign(document.createElement("div"), { className: "tiles" })
      stage.tiles = Array.from({ length: stage.channels }, (_, channel) => this.tile(stage, channel))
      tiles.append(...stage.tiles)
      element.append(heading, tiles)
      frame.append(element)
    })
    this.layOut()
  }

  tile(stage, channel) {
    const tile = Object.assign(document.createElement("button"), { type: "button", className: "tile", tabIndex: -1 })
    Object.assign(tile.dataset, { layer: stage.name, channel })
    tile.setAttribute("aria-label", this.nameOf(stage, channel))
    // The tile has room for a few letters; its label has the whole name.
    if (stage.scores) tile.textContent = this.data.short_classes[channel]
    else tile.append(document.createElement("canvas"))
    const choose = () => this.point(stage.number, channel)
    tile.onpointerenter = event => event.pointerType !== "touch" && choose()
    tile.onclick = choose
    tile.onfocus = choose
    return tile
  }

  paintStage(stage) {
    const { image, outputs, probabilities } = this.shown
    if (stage.scores) {
      const best = Math.max(...probabilities)
      stage.tiles.forEach((tile, digit) => {
        tile.style.setProperty("--share", `${100 * probabilities[digit]}%`)
        tile.classList.toggle("best", best > 0 && probabilities[digit] === best)
        tile.classList.toggle("full", probabilities[digit] > 0.2)
      })
      return
    }
    stage.values = stage.number ? outputs[stage.name] : image
    stage.range = stage.number ? rangeOf(stage.values) : NO_RANGE
    stage.tiles.forEach((tile, channel) =>
      paintMap(tile.firstChild, stage.values, stage.shape, channel, stage.range))
  }

  // Chooses the size of the thumbnails, so that all layers fit.
  layOut() {
    if (!this.stages) return
    const width = this.root.clientWidth
    const narrow = width < (this.data.pad_only ? NARROW_PAD : NARROW)
    this.root.classList.toggle("narrow", narrow)
    const wide = this.find("layers").clientWidth
    let tile
    if (narrow) {
      tile = (wide - 46 - 4 - 9 * 2) / 10
    } else {
      const rows = Math.max(...this.stages.map(stage => Math.ceil(stage.channels / 2)))
      const byWidth = (wide / this.stages.length - 12) / 2
      tile = Math.min(byWidth, TALLEST / rows - 2)
    }
    this.root.style.setProperty("--tile", `${Math.max(SMALLEST_TILE, Math.min(LARGEST_TILE, Math.floor(tile)))}px`)
    this.showDetail()
  }

  // ---------------------------------------------------------------- one channel

  // The channel of the first layer whose map has the largest value.
  strongest() {
    const { values, channels } = this.stages[1]
    let best = 0
    values.forEach((value, index) => { if (value > values[best]) best = index })
    return { stage: 1, channel: best % channels }
  }

  point(stage, channel) {
    this.place = { stage, channel }
    this.showDetail()
  }

  nameOf(stage, channel) {
    const { texts } = this.data
    if (stage.name === "input") return texts.input
    return (stage.scores ? texts.score : texts.channel)
      .replace("{layer}", stage.name)
      .replace("{channel}", stage.scores ? this.data.classes[channel] : channel)
  }

  showDetail() {
    if (!this.place || !this.shown) return
    const { colours, texts } = this.data
    const stage = this.stages[this.place.stage]
    const { channel } = this.place
    const found = connections(this.stages, this.place)
    for (const link of found) link.before = link.next === stage
    this.root.querySelectorAll(".tile").forEach(tile => { tile.className = tile.className.replace(/ (lit|chosen)/g, ""); tile.tabIndex = -1 })
    for (const link of found) {
      link.stage.tiles[link.from].classList.add("lit")
      link.next.tiles[link.to].classList.add("lit")
    }
    const chosen = stage.tiles[channel]
    chosen.classList.add("chosen")
    chosen.tabIndex = 0
    drawLinks(this.find("links"), this.find("layers"), found, colours)
    this.find("name").textContent = this.nameOf(stage, channel)
    const large = this.find("large")
    large.style.display = stage.scores ? "none" : ""
    if (!stage.scores) paintMap(large, stage.values, stage.shape, channel, stage.range)
    this.find("meaning").textContent = this.meaning(stage, channel, texts)
    this.showKernels(stage, channel, colours)
  }

  meaning(stage, channel, texts) {
    if (stage.name === "input") return texts.input_meaning
    if (stage.scores) {
      const probability = `${(100 * this.shown.probabilities[channel]).toFixed(1)}%`
      const score = this.shown.outputs[stage.name][channel].toFixed(2)
      return texts.score_meaning.replace("{score}", score).replace("{probability}", probability)
    }
    let largest = -Infinity
    for (let at = channel; at < stage.values.length; at += stage.channels) largest = Math.max(largest, stage.values[at])
    const kind = stage.layer.kernel ? (stage.layer.inputs === 1 ? texts.one_kernel : texts.kernels) : texts[stage.layer.kind]
    return [
      kind.replace("{count}", stage.layer.inputs).replaceAll("{size}", stage.layer.size),
      stage.layer.kernel ? texts.colours : "",
      texts.largest.replace("{value}", largest.toFixed(2)),
    ].join(" ")
  }

  showKernels(stage, channel, colours) {
    const [numbers, list] = [this.find("numbers"), this.find("kernels")]
    numbers.replaceChildren()
    list.replaceChildren()
    const { layer } = stage
    if (!layer.kernel) return
    const kernels = Array.from({ length: layer.inputs }, (_, input) => kernelOf(layer, input, channel))
    const largest = Math.max(...kernels.flat().map(Math.abs))
    const strengths = kernels.map(kernel => strengthOf(kernel).strength)
    const best = strengths.indexOf(Math.max(...strengths))
    if (layer.size === 3) {
      numbers.style.gridTemplateColumns = "repeat(3, auto)"
      numbers.append(...kernels[best].map(value => {
        const colour = `rgb(${signedColour(0.7 * value / largest, colours).join()})`
        const cell = Object.assign(document.createElement("span"), { textContent: value.toFixed(2).replace("-", "−") })
        cell.style.background = colour
        return cell
      }))
    }
    if (layer.inputs === 1) return
    list.append(...kernels.map((kernel, input) => {
      const canvas = document.createElement("canvas")
      canvas.classList.toggle("strongest", input === best && layer.size === 3)
      paintKernel(canvas, kernel, largest, colours)
      return canvas
    }))
  }

  // ---------------------------------------------------------------- events

  listen() {
    const pad = this.find("pad")
    const options = { signal: this.page.signal }
    const place = event => {
      const box = pad.getBoundingClientRect()
      return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height]
        .map(share => Math.round(2800 * Math.min(1, Math.max(0, share))) / 10)
    }
    pad.addEventListener("pointerdown", event => {
      if (event.button) return
      pad.setPointerCapture(event.pointerId)
      this.penDown = true
      this.strokes = [...this.strokes, [place(event)]]
      this.number += 1
      this.previewSoon()
    }, options)
    pad.addEventListener("pointermove", event => {
      if (!this.penDown) return
      for (const each of event.getCoalescedEvents?.() ?? [event]) this.strokes.at(-1).push(place(each))
      this.previewSoon()
    }, options)
    for (const end of ["pointerup", "pointercancel"]) {
      pad.addEventListener(end, () => {
        if (!this.penDown) return
        this.penDown = false
        this.report()
      }, options)
    }
    this.find("undo").onclick = () => this.change(this.strokes.slice(0, -1))
    this.find("clear").onclick = () => this.change([])
    this.find("layers").addEventListener("keydown", event => this.key(event), options)
    addEventListener("mnistviz-network", () => {
      this.connectNetwork()
      this.showAnswerOfPython()
    }, options)
  }

  change(strokes) {
    this.strokes = strokes
    this.number += 1
    this.previewSoon()
    this.report()
  }

  report() {
    this.send("drawing", { number: this.number, strokes: this.strokes })
  }

  previewSoon() {
    this.drawPad()
    if (this.waiting) return
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0
      if (this.penDown || this.data.number < this.number) this.showPreview()
    })
  }

  drawPad() {
    const pad = this.find("pad")
    const pen = pad.getContext("2d")
    pen.clearRect(0, 0, pad.width, pad.height)
    if (this.strokes.length) drawLines(pen, this.strokes, PAD_BRUSH, "#fff")
    else {
      Object.assign(pen, { fillStyle: "#aaa", font: "20px sans-serif", textAlign: "center" })
      pen.fillText(this.data.texts.draw_here, 140, 146)
    }
    for (const name of ["undo", "clear"]) this.find(name).disabled = !this.strokes.length
  }

  // Arrow keys: to the next channel, and to the layer before or after.
  key(event) {
    const across = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0
    const along = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? 0
    if (!across && !along) return
    event.preventDefault()
    const rows = this.root.classList.contains("narrow")
    const [toLayer, toChannel] = rows ? [along, across] : [across, along]
    const number = Math.min(Math.max(this.place.stage + toLayer, 0), this.stages.length - 1)
    const { channels, tiles } = this.stages[number]
    const channel = Math.min(Math.max(this.place.channel + toChannel, 0), channels - 1)
    tiles[channel].focus()
  }
}
