// One channel of a convolution: the window, its patch × kernel, the sum, and the map that they make.

const ACTIVATIONS = {
  relu: ['ReLU', 'ReLU: below 0 becomes 0', value => Math.max(value, 0)],
  tanh: ['tanh', 'tanh: from −1 to 1', Math.tanh],
  sigmoid: ['sigmoid', 'sigmoid: from 0 to 1', value => 1 / (1 + Math.exp(-value))],
}

class ConvolutionView {
  constructor(root) {
    this.find = selector => root.querySelector(selector)
    this.sliding = new SlidingView(root, {
      show: (row, column) => this.showPlace(row, column),
      describe: (row, column) => this.describe(row, column),
      rest: (row, column) => this.report('place', [row, column]),
      grid: '.patch',
    })
    this.grids = Object.fromEntries(['patch', 'kernel', 'products'].map(
      name => [name, new NumberGrid(this.find(`.${name}`), name)]))
    this.editor = new KernelEditor(this.find('.editor'), {
      get: () => this.kernel.slice(),
      getOwn: () => Float64Array.from(this.own),
      place: cell => cell * this.channels + this.source,
      set: (kernel, entered) => this.setKernel(kernel, entered),
    })
    this.sums = new ChannelSums(this.find('.channels'), source => {
      this.source = source
      this.refresh(false)
    })
    this.find('.stage').onchange = () => this.refresh(false)
  }

  // Streamlit calls this at each rerun; what has not changed stays as it is.
  update(data, setStateValue) {
    this.report = (name, value) => {
      const text = JSON.stringify(value)
      if (this.reported[name] !== text) { this.reported[name] = text; setStateValue(name, value) }
    }
    const before = this.data ?? {}
    this.data = data
    const isNew = key => JSON.stringify(before[key]) !== JSON.stringify(data[key])
    const newKernel = ['id', 'kernel', 'layer', 'editable'].some(isNew)
    const newInput = newKernel || isNew('input')
    if (newKernel) this.readKernel()
    if (newInput) this.readInput()
    if (isNew('start') && data.start) {
      this.sliding.place = { row: data.start[0], column: data.start[1] }
      this.sliding.moved = Boolean(before.id)
    }
    if (newInput || isNew('start') || isNew('captions')) this.refresh(newInput, !before.id)
  }

  readKernel() {
    const { data } = this
    this.signedScale = new ColourScale(data.scales.signed, true)
    this.inkScale = new ColourScale(data.scales.unsigned, false)
    const { shape: [height, width, channels], values } = decode(data.kernel)
    Object.assign(this, { size: height, channels, own: values, source: null })
    this.kernel = Float64Array.from(data.edited ?? values)
    this.reported = { kernel: JSON.stringify(data.edited && this.editedState()) }
    this.sums.setShape(height, width, channels)
    this.grids.patch.setShape(height, width)
    this.grids.kernel.setShape(height, width, data.editable)
    this.grids.products.setShape(height, width)
    this.editor.reset(height, width, data.editable)
    if (data.editable) this.editor.listen(this.grids.kernel.cells)
    const { activation, stride, gain } = data.layer
    this.stride = stride
    this.activation = ACTIVATIONS[activation]
    const stages = [['sum + bias', 'total']]
    if (this.activation) stages.push([`after ${this.activation[0]}`, 'activated'])
    if (gain !== null) stages.push(['after normalization', 'normalized'])
    fillSelect(this.find('.stage'), stages, stages[Math.min(1, stages.length - 1)][1])
    this.find('.stage').parentElement.hidden = stages.length === 1
  }

  readInput() {
    const { shape: [height, width], values } = decode(this.data.input)
    Object.assign(this, { height, width, values })
    this.rows = Math.floor((height - this.size) / this.stride) + 1
    this.columns = Math.floor((width - this.size) / this.stride) + 1
    const isSigned = values.some(value => value < 0)
    this.inputScale = isSigned ? this.signedScale : this.inkScale
    this.inputLargest = isSigned ? largestOf(values) : Math.max(1, largestOf(values))
  }

  // Where cell number `index` of the patch at a place is in the input.
  inputIndex(row, column, index) {
    const [down, right] = [Math.floor(index / this.size), index % this.size]
    return ((row * this.stride + down) * this.width + column * this.stride + right) * this.channels
  }

  // What each input channel adds to the value at a place.
  sumsAt(row, column) {
    const sums = new Float64Array(this.channels)
    for (let index = 0; index < this.size ** 2; index++) {
      const start = this.inputIndex(row, column, index)
      for (let channel = 0; channel < this.channels; channel++) {
        sums[channel] += this.values[start + channel] * this.kernel[index * this.channels + channel]
      }
    }
    return sums
  }

  // The value at each stage of the layer; null where the layer has no such stage.
  stagesOf(sums) {
    const { bias, gain, shift } = this.data.layer
    const sum = sums.reduce((one, other) => one + other, 0)
    const total = sum + bias
    const activated = this.activation ? this.activation[2](total) : null
    const normalized = gain === null ? null : (activated ?? total) * gain + shift
    return { sum, bias, total, activated, gain, shift, normalized }
  }

  setKernel(kernel, entered) {
    this.kernel = kernel
    this.refresh(false)
    // The whole map shows what a new kernel does.
    if (entered) this.sliding.paintAll(1)
    if (entered) this.report('kernel', this.edited() ? this.editedState() : null)
  }

  edited() { return this.kernel.some((value, index) => value !== this.own[index]) }

  editedState() { return { id: this.data.id, values: [...this.kernel] } }

  // Computes the map again. `empty` starts an empty one, `first` looks for a place worth a look.
  refresh(empty, first = false) {
    const { rows, columns } = this
    const stage = this.find('.stage').value
    const totals = new Float64Array(rows * columns)
    this.outputs = new Float64Array(rows * columns)
    for (let index = 0; index < rows * columns; index++) {
      const stages = this.stagesOf(this.sumsAt(Math.floor(index / columns), index % columns))
      totals[index] = stages.total
      this.outputs[index] = stages[stage]
    }
    if (first && !this.data.start) {
      const strongest = totals.reduce(
        (best, value, index) => Math.abs(value) > Math.abs(totals[best]) ? index : best, 0)
      this.sliding.place = { row: Math.floor(strongest / columns), column: strongest % columns }
    }
    this.sliding.setShape({ rows, columns, size: this.size, stride: this.stride }, empty)
    if (this.source === null) this.source = this.strongestInput()
    this.showPictures(stage)
    this.kernelLargest = largestOf(this.kernel)
    this.editor.show(this.edited())
    for (let channel = 0; this.channels > 1 && channel < this.channels; channel++) {
      const valueOf = (channel, index) => this.kernel[index * this.channels + channel]
      this.sums.colour('kernel', channel, valueOf, this.kernelLargest, this.signedScale)
    }
    this.sliding.render()
  }

  strongestInput() {
    const { row, column } = this.sliding.place
    const sums = this.sumsAt(row, column)
    return sums.reduce(
      (best, value, index) => Math.abs(value) > Math.abs(sums[best]) ? index : best, 0)
  }

  showPictures(stage) {
    const isSigned = stage !== 'activated' || this.data.layer.activation === 'tanh'
    this.sliding.input.show({
      height: this.height, width: this.width, size: this.size, scale: this.inputScale,
      valueOf: index => this.values[index * this.channels + this.source],
      largest: this.inputLargest,
    })
    this.sliding.map.show({
      height: this.rows, width: this.columns, size: 1,
      valueOf: index => this.outputs[index],
      largest: largestOf(this.outputs), scale: isSigned ? this.signedScale : this.inkScale,
    }, this.sliding.painted)
    const { input, map } = this.data.captions
    this.find('[data-caption=map]').textContent = map
    this.find('[data-caption=input]').textContent =
      this.channels > 1 ? `${input}, channel ${this.source}` : input
    const which = this.channels > 1 ? `kernel of input channel ${this.source}` : 'kernel'
    const how = this.size === 1 ? 'type another number.' : 'type into its numbers, or'
    this.find('.hint').textContent = `Change the ${which}: ${how}`
  }

  showPlace(row, column) {
    const { channels, source, size } = this
    const count = size ** 2
    const patchOf = channel => Array.from({ length: count }, (_, index) =>
      this.values[this.inputIndex(row, column, index) + channel])
    const patch = patchOf(source)
    const kernel = patch.map((_, index) => this.kernel[index * channels + source])
    const products = patch.map((value, index) => value * kernel[index])
    this.grids.patch.show(patch, this.inputLargest, this.inputScale)
    this.grids.kernel.show(kernel, largestOf(kernel), this.signedScale)
    this.grids.products.show(products, largestOf(products), this.signedScale)
    const sums = this.sumsAt(row, column)
    this.stages = this.stagesOf(sums)
    this.showSteps(sums)
    if (channels === 1) return
    for (let channel = 0; channel < channels; channel++) {
      const valueOf = (channel, index) => this.values[this.inputIndex(row, column, index) + channel]
      this.sums.colour('patch', channel, valueOf, this.inputLargest, this.inputScale)
    }
    this.sums.show(sums, this.stages.bias, this.stages.total, source)
  }

  showSteps(sums) {
    const numbers = { ...this.stages, part: sums[this.source] }
    for (const [name, value] of Object.entries(numbers)) {
      const step = this.find(`.step-${name}`)
      step.hidden = value === null || (name === 'part' && this.channels === 1)
      if (value !== null) showNumber(step.querySelector('b'), value, signed(value, 3))
    }
    const count = this.size ** 2
    const products = count === 1 ? 'product' : `sum of ${count} products`
    this.find('.step-part span').textContent = `channel ${this.source}: ${products}`
    this.find('.step-sum span').textContent =
      this.channels === 1 ? products : `all ${this.channels} channels added up`
    if (!this.activation) return
    this.find('.step-activated span').textContent = this.activation[1]
    const isCut = this.data.layer.activation === 'relu' && this.stages.total < 0
    this.find('.step-activated').classList.toggle('cut', isCut)
  }

  describe(row, column) {
    const { sum, total, activated, normalized } = this.stages
    const parts = [`Row ${row}, column ${column}: the products add up to ${signed(sum, 3)}`,
      `with the bias ${signed(total, 3)}`]
    if (activated !== null) parts.push(`after ${this.activation[0]} ${signed(activated, 3)}`)
    if (normalized !== null) parts.push(`after the normalization ${signed(normalized, 3)}`)
    return parts.join(', ')
  }
}

export default function ({ data, parentElement, setStateValue }) {
  parentElement.view ??= new ConvolutionView(parentElement)
  parentElement.view.update(data, setStateValue)
  return () => parentElement.view.sliding.stop()
}
