# %% The training


# region soft
def loss_of(targets, logits):
    """Cross-entropy with the labels, and the comparison with soft labels at temperature 2."""
    hard = functional.cross_entropy(logits, targets[:, :NUM_CLASSES])
    soft, cool = targets[:, NUM_CLASSES:], functional.log_softmax(logits / 2, dim=1)
    taught = 4 * functional.kl_div(cool, soft, reduction="batchmean")
    share = RECIPE["soft_labels"]
    return (1 - share) * hard + share * taught
# endregion soft
# region hard
def loss_of(targets, logits):
    """The cross-entropy with the labels."""
    return functional.cross_entropy(logits, targets)
# endregion hard


def channels_first(images):
    """Images (n, 28, 28, 1) as (n, 1, 28, 28), the order of PyTorch."""
    return torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2)))


def train(data=DATA, epochs=RECIPE["epochs"], limit=None):
    """Train the network; return it. `limit`: train and validate on so many images, for a try."""
    x_train, y_train, x_test, y_test = load_data(data)
    images, labels = training_set(x_train, y_train)
    num_images = min(limit or len(images), len(images))
    held_out = RECIPE["held_out"]
    x_valid, y_valid = x_train[-held_out:], y_train[-held_out:]
    if not held_out:
        x_valid, y_valid = x_test, y_test
    torch.manual_seed(RECIPE["seed"])
    network = build()
# region start
    set_weights(network, [BESIDE[f"weights_{number}"] for number in range(NUM_ARRAYS)])
# endregion start
# region average
    averaged = copy.deepcopy(network)
# endregion average
    optimizer = torch.optim.Adam(network.parameters(), eps=1e-7)
    steps = -(-num_images // RECIPE["batch_size"])
    for epoch in range(epochs):
        order = order_of(epoch, num_images)
        network.train()
        losses, num_right = 0.0, 0
        for number in range(steps):
            step = epoch * steps + number
            chosen = order[number * RECIPE["batch_size"] :][: RECIPE["batch_size"]]
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(step, steps, steps * epochs)
# region fresh
            average_evenly(network, step)
# endregion fresh
            # Trained on the logits: the last layer, the softmax, is part of the loss.
            logits = network[:-1](channels_first(batch_of(images, chosen, step)))
            loss = loss_of(torch.from_numpy(targets_of(labels, chosen)), logits)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses += loss.item() * len(chosen)
            num_right += int((logits.detach().numpy().argmax(axis=1) == labels[chosen]).sum())
# region average
            follow(averaged, network, kept_share(step))
        loss, right = evaluate(averaged, x_valid[:limit], y_valid[:limit])
# endregion average
# region plain
        loss, right = evaluate(network, x_valid[:limit], y_valid[:limit])
# endregion plain
        print(
            f"epoch {epoch + 1}: loss {losses / num_images:.4f}, "
            f"accuracy {num_right / num_images:.4f}, "
            f"validation loss {loss:.4f}, accuracy {right:.4f}"
        )
# region average
    network = averaged
# endregion average
    if held_out:
        loss, right = evaluate(network, x_test[:limit], y_test[:limit])
        print(f"test loss {loss:.4f}, accuracy {right:.4f}")
    return network.eval()


# region fresh
def average_evenly(network, step):
    """Normalizations: the first 100 steps count the same, then each counts 1 %."""
    for layer in network:
        if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d)):
            layer.momentum = max(0.01, 1 / (step + 1))


# endregion fresh
# region average
@torch.no_grad()
def follow(averaged, network, kept):
    """Move the average of the weights, and of the normalizations' averages, to the new ones."""
    for average, now in zip(averaged.state_dict().values(), network.state_dict().values()):
        if average.is_floating_point():
            average.mul_(kept).add_(now, alpha=1 - kept)


# endregion average
# region start
@torch.no_grad()
def set_weights(network, arrays):
    """Set the weights from arrays in the order of Keras: kernels (height, width, inputs, outputs),
    of dense layers (inputs, outputs).

    The state of a PyTorch layer is in the same order: weight, bias, running mean and variance.
    """
    state = [value for value in network.state_dict().values() if value.is_floating_point()]
    for value, array in zip(state, arrays, strict=True):
        turned = array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T
        # Of a depthwise convolution, inputs and outputs change places.
        value.copy_(torch.from_numpy(np.ascontiguousarray(turned)).reshape(value.shape))


# endregion start
@torch.no_grad()
def evaluate(network, images, labels):
    """The mean cross-entropy and the accuracy in inference mode."""
    network.eval()
    batches = np.array_split(as_input(images), -(-len(images) // 1000))
    answers = [network(channels_first(batch)).numpy() for batch in batches]
    return score(np.concatenate(answers), labels)
