def class_losses(logits, scores, present):
    """l^k = -log (a^k / S) of the combined evidence."""
    classes = logits.shape[2]
    evidence = functional.softplus(logits, threshold=1e9)
    count = present.sum(dim=1, keepdim=True).clamp(min=1)
    q = present.double()
    if RULE == "dempster":
        t = sum_present(torch.log1p(evidence / classes), present)
        log_a = t + math.log(classes) + torch.log1p((-t).exp() * (1 - classes) / classes)
    elif RULE == "mean":
        log_a = (sum_present(evidence, present) / count + 1).log()
    else:
        strength = evidence.sum(dim=2, keepdim=True) + classes
        uncertainty, expected = classes / strength, (evidence + 1) / strength
        sure = torch.where(present, 1 - uncertainty, 0.0)
        apart = (expected[:, :, None] - expected[:, None]).abs().sum(dim=3)
        q = (1 - apart / 2 * sure * sure.transpose(1, 2)).prod(dim=2, keepdim=True)
        discounted = q * evidence / strength * classes / (q * uncertainty + 1 - q)
        log_a = (sum_present(discounted, present) / count + 1).log()
    losses = -functional.log_softmax(log_a[:, 0], dim=1)
    return torch.where(present.any(dim=1), losses, 0.0), q.expand_as(logits)
