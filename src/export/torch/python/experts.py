def class_losses(logits, scores, present):
    """l^k = -log sum_v softmax(s)_v p_v^k."""
    weights = softmax_present(scores, present)
    p = functional.softmax(logits, dim=2)
    losses = -sum_present(weights * p, present)[:, 0].log()
    return torch.where(present.any(dim=1), losses, 0.0), weights.expand_as(logits)
