// The network of `mnistviz/network/layers.py` in the browser, in float32, for one 28×28 image.
// Maps are Float32Array with index (row * width + column) * channels + channel, as in NumPy.

// A window slides over maps in steps of `stride`. `border` rows and columns are added above and to
// the left; what is outside of the maps counts as nothing.

// Calls `visit(from, tap)` for each value of the window at (row, column) that is within the maps:
// the index of its first channel, and the number of its place in the window.
function inWindow([height, width, inputs], { size, stride, border }, row, column, visit) {
  const [top, left] = [row * stride - border, column * stride - border]
  for (let y = Math.max(0, -top); y < size && top + y < height; y++) {
    for (let x = Math.max(0, -left); x < size && left + x < width; x++) {
      visit(((top + y) * width + left + x) * inputs, y * size + x)
    }
  }
}

// The outputs at all places: `compute(row, column, sums)` fills the channels of one place.
function atAllPlaces([rows, columns, outputs], compute) {
  const output = new Float32Array(rows * columns * outputs)
  const values = new Float64Array(outputs)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      compute(row, column, values)
      output.set(values, (row * columns + column) * outputs)
    }
  }
  return output
}

// A convolution; kernel (size, size, inputs, outputs).
function convolve(input, shape, layer) {
  const { kernel, bias } = layer
  const [inputs, outputs] = [shape[2], layer.shape[2]]
  return atAllPlaces(layer.shape, (row, column, sums) => {
    sums.set(bias)
    inWindow(shape, layer, row, column, (from, tap) => {
      for (let i = 0; i < inputs; i++) {
        const value = input[from + i]
        if (value === 0) continue
        const start = (tap * inputs + i) * outputs
        for (let o = 0; o < outputs; o++) sums[o] += value * kernel[start + o]
      }
    })
    for (let o = 0; o < outputs; o++) sums[o] = ACTIVATIONS[layer.activation](sums[o])
  })
}

// Each channel's own convolution; kernel (size, size, channels).
function convolveEach(input, shape, layer) {
  const { kernel, bias } = layer
  const channels = shape[2]
  return atAllPlaces(layer.shape, (row, column, sums) => {
    sums.set(bias)
    inWindow(shape, layer, row, column, (from, tap) => {
      for (let c = 0; c < channels; c++) sums[c] += input[from + c] * kernel[tap * channels + c]
    })
    for (let c = 0; c < channels; c++) sums[c] = ACTIVATIONS[layer.activation](sums[c])
  })
}

const ACTIVATIONS = {
  none: value => value,
  relu: value => Math.max(0, value),
  tanh: Math.tanh,
  sigmoid: value => 1 / (1 + Math.exp(-value)),
}

// The largest value of each square.
function maxPool(input, shape, layer) {
  return atAllPlaces(layer.shape, (row, column, largest) => {
    largest.fill(-Infinity)
    inWindow(shape, layer, row, column, from => {
      for (let c = 0; c < largest.length; c++) largest[c] = Math.max(largest[c], input[from + c])
    })
  })
}

// The mean of each square.
function averagePool(input, shape, layer) {
  return atAllPlaces(layer.shape, (row, column, means) => {
    means.fill(0)
    let count = 0
    inWindow(shape, layer, row, column, from => {
      count += 1
      for (let c = 0; c < means.length; c++) means[c] += input[from + c]
    })
    for (let c = 0; c < means.length; c++) means[c] /= count
  })
}

// Batch normalization in inference mode: a gain and a shift for each channel.
function normalise(input, { gain, shift }) {
  return input.map((value, index) => value * gain[index % gain.length] + shift[index % gain.length])
}

const COMPUTE = {
  convolution: convolve,
  depthwise: convolveEach,
  max_pool: maxPool,
  average_pool: averagePool,
  normalization: (input, shape, layer) => normalise(input, layer),
}

// The outputs of all layers by name, for an image of 784 values in [0, 1].
function forward(layers, image) {
  const outputs = {}
  let values = image
  let shape = [28, 28, 1]
  for (const layer of layers) {
    values = COMPUTE[layer.kind](values, shape, layer)
    outputs[layer.name] = values
    shape = layer.shape
  }
  return outputs
}

// Calibrated probabilities of logits.
function softmax(logits, temperature) {
  const largest = Math.max(...logits)
  const powers = Array.from(logits, logit => Math.exp((logit - largest) / temperature))
  const sum = powers.reduce((total, power) => total + power, 0)
  return powers.map(power => power / sum)
}

// The numbers of a base64 text of little-endian float32.
function floats(text) {
  const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}

// The layers of a network with their weights, which follow each other in `all`.
function withWeights(layers, all) {
  let position = 0
  const take = count => all.subarray(position, (position += count))
  let inputs = 1
  return layers.map(layer => {
    const outputs = layer.shape[2]
    const ready = { ...layer }
    if (layer.kind === "convolution" || layer.kind === "depthwise") {
      const kernels = layer.kind === "depthwise" ? 1 : inputs
      ready.kernel = take(layer.size ** 2 * kernels * outputs)
      ready.bias = take(outputs)
    } else if (layer.kind === "normalization") {
      ready.gain = take(outputs)
      ready.shift = take(outputs)
    }
    inputs = outputs
    return ready
  })
}
