def class_losses(logits, scores, present):
    """l^k = -log softmax_k(b^k + sum_i w_i log p_i^k)."""
    neg_log_p, _ = log_probabilities(logits, present)
    q = present * torch.tensor(COMBINER_WEIGHTS, dtype=torch.float64)[:, None]
    score = torch.tensor(COMBINER_BIAS, dtype=torch.float64) - (q * neg_log_p).sum(dim=1)
    losses = -functional.log_softmax(score, dim=1)
    return torch.where(present.any(dim=1), losses, 0.0), q.expand_as(logits)
